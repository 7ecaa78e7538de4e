// A mapped CSV file → members or hours of one neighborhood. First every row is read and checked and
// its people are looked up, then the good ones are recorded.
// Neighbors: MappedRows reads, HoursDrafts and Finder check as for a single record, ImportBatches
// writes. Invariants: a dry run writes nothing; a row is added once, whoever imports it.

internal import Shared
internal import Store

struct MappedImport {
    let device: Device
    let neighborhood: NeighborhoodState
    let worker: EntityID
    let map: ImportMap
    /// Rows done and rows in all.
    var progress: (Int, Int) -> Void = { _, _ in }

    /// A row that can be recorded.
    private struct Planned {
        let importKey: ImportKey
        var draft: Draft
    }

    private struct Plan {
        var rows: [Planned] = []
        var known = 0
        var refusals: [ImportRefusal] = []
    }

    func run(_ file: ImportFiles.File, isDryRun: Bool) throws -> ImportReport {
        let plan = try device.read { try self.plan(file, in: $0) }
        var report = ImportReport()
        report.refusals = plan.refusals.sorted { $0.line < $1.line }
        if map.target == .member {
            (report.membersAdded, report.membersKnown) = (plan.rows.count, plan.known)
        } else {
            (report.entriesAdded, report.entriesKnown) = (plan.rows.count, plan.known)
        }
        if !isDryRun { try record(plan.rows) }
        return report
    }

    // MARK: Reading and checking

    private func plan(_ file: ImportFiles.File, in book: LocalBook) throws -> Plan {
        let rows = MappedRows(
            map: map, scope: .neighborhood(neighborhood.id),
            today: book.latestDay(device.environment.today))
        let sorted = try rows.read(file.bytes, file: file.name)
        var plan = Plan(refusals: sorted.refusals)
        var numbers = FileNumbers(
            MemberNumbers(book: book, neighborhood: neighborhood), of: sorted.rows)
        let reader = RowDrafts(
            target: map.target, neighborhood: neighborhood, finder: Finder(book: book),
            hours: HoursDrafts(book: book, today: rows.today))
        for row in sorted.rows {
            if let known = try book.views.imported(row.importKey) {
                plan.known += 1
                if map.target == .member { try numbers.note(known, row, book) }
                continue
            }
            do {
                var draft = try reader.draft(row)
                try checkHome(of: draft, book)
                if map.target == .member { try numbers.settle(&draft, line: row.line) }
                plan.rows.append(Planned(importKey: row.importKey, draft: draft))
            } catch {
                guard let reason = error.reasonOfRow else { throw error }
                plan.refusals.append(
                    ImportRefusal(file: file.name, line: row.line, reason: reason))
            }
        }
        return plan
    }

    /// The key of a row names the neighborhood it was imported into: an entry that is at home in
    /// another would be there twice once the file is imported into that one.
    private func checkHome(of draft: Draft, _ book: LocalBook) throws {
        guard draft.home != .neighborhood(neighborhood.id) else { return }
        let code = try book.views.code(of: draft.home)
        throw RowFault("it belongs to \(code): import it with --neighborhood \(code)")
    }

    // MARK: Writing

    /// A number that somebody was given since it was planned is not given twice.
    private func record(_ rows: [Planned]) throws {
        var given = Set(rows.compactMap { $0.draft.payload.integer(MemberField.number) })
        let batches = ImportBatches(device: device, worker: worker, progress: progress)
        try batches.record(rows, importKey: \.importKey) { row, book in
            guard map.target == .member,
                let number = row.draft.payload.integer(MemberField.number)
            else { return row.draft }
            let numbers = MemberNumbers(book: book, neighborhood: neighborhood)
            guard try numbers.holder(of: number) != nil else { return row.draft }
            var draft = row.draft
            let other = try numbers.next(besides: given)
            given.insert(other)
            draft.payload[MemberField.number] = .integer(other)
            return draft
        }
    }
}

extension Error {
    /// Why one row cannot be recorded; nil for failures that are not the row's.
    fileprivate var reasonOfRow: String? {
        switch self {
        case let error as UserError: error.description
        case let fault as TypingFault: fault.description
        case let fault as ShapeFault: fault.description
        case let fault as RowFault: fault.reason
        default: nil
        }
    }
}

/// Member numbers of one file: each once, none that somebody else has.
private struct FileNumbers {
    private let numbers: MemberNumbers
    /// Numbers that some row has by itself: no other is given them.
    private let said: Set<Int64>
    private var lines: [Int64: Int] = [:]

    init(_ numbers: MemberNumbers, of rows: [MappedRow]) {
        let field = Kind.memberEnrolled.describedField(MemberField.number).name
        self.numbers = numbers
        said = Set(rows.flatMap { $0.texts[field, default: []] }.compactMap { Int64($0) })
    }

    /// A row that was imported before has its number already.
    mutating func note(_ known: EntityID, _ row: MappedRow, _ book: LocalBook) throws {
        guard case .member(let member)? = try book.views.state(of: known),
            let number = member.number
        else { return }
        lines[number] = row.line
    }

    /// Checks the number of the row, or gives it one.
    mutating func settle(_ draft: inout Draft, line: Int) throws {
        guard let number = draft.payload.integer(MemberField.number) else {
            let next = try numbers.next(besides: said.union(lines.keys))
            draft.payload[MemberField.number] = .integer(next)
            lines[next] = line
            return
        }
        if let earlier = lines[number] {
            throw RowFault("member number \(number) is on line \(earlier) already")
        }
        if let holder = try numbers.holder(of: number) {
            throw RowFault("number \(number) belongs to \(holder) already")
        }
        lines[number] = line
    }
}
