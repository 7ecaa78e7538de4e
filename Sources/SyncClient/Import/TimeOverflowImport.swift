// The books of a TimeOverflow time bank → members and hours of one neighborhood.
// Neighbors: TimeOverflowRows sorts the rows; ImportBatches records them in large transactions.
// Invariants: a row that is here already, from this device or another, adds nothing, so an import
// that was cut off is simply repeated; a dry run writes nothing.

internal import Shared
internal import Store

struct ImportFiles {
    struct File {
        let name: String
        let bytes: [UInt8]
    }

    let users: File?
    let posts: File?
    let transfers: File?
}

struct ImportReport: Codable, Equatable {
    var membersAdded = 0
    var membersKnown = 0
    var entriesAdded = 0
    var entriesKnown = 0
    var posts = 0
    var refusals: [ImportRefusal] = []
}

struct TimeOverflowImport {
    let device: Device
    let neighborhood: EntityID
    let worker: EntityID
    /// Rows done and rows in all.
    var progress: (Int, Int) -> Void = { _, _ in }

    private var batches: ImportBatches {
        ImportBatches(device: device, worker: worker, progress: progress)
    }

    init(device: Device, neighborhood: EntityID, worker: EntityID) {
        self.device = device
        self.neighborhood = neighborhood
        self.worker = worker
    }

    func run(_ files: ImportFiles, isDryRun: Bool) throws -> ImportReport {
        let rows = TimeOverflowRows(
            scope: .neighborhood(neighborhood),
            today: try device.read { $0.latestDay(device.environment.today) })
        var report = ImportReport()
        var members = try knownNumbers()
        if let file = files.users {
            let sorted = rows.users(file.bytes, file: file.name)
            report.refusals += sorted.refusals
            // Numbers mean who the file says, and nobody else.
            members = try importUsers(
                sorted.rows, file: file.name, numbers: members, isDryRun, &report)
        }
        if let file = files.posts {
            let sorted = rows.posts(file.bytes, file: file.name) { members[$0] != nil }
            report.refusals += sorted.refusals
            report.posts = sorted.rows.count
        }
        if let file = files.transfers {
            let sorted = rows.transfers(file.bytes, file: file.name) { members[$0] != nil }
            report.refusals += sorted.refusals
            try importTransfers(sorted.rows, members: members, isDryRun, &report)
        }
        return report
    }

    /// Members here by number; two that dispute one number are not told apart by it.
    private func knownNumbers() throws -> [Int64: Member] {
        try device.read { book in
            let members = try book.views.members(in: [.neighborhood(neighborhood)])
            let numbered = members.compactMap { member in member.number.map { ($0, member.id) } }
            let byNumber = Dictionary(grouping: numbered, by: \.0)
            return byNumber.compactMapValues { $0.count == 1 ? .known($0[0].1) : nil }
        }
    }

    /// Where a member number of the files leads to.
    private enum Member {
        case known(EntityID)
        /// Would be enrolled, were this not a dry run.
        case planned
    }

    // MARK: Members

    /// Whom the file's numbers lead to; `numbers` are those that are here already.
    private func importUsers(
        _ users: [ImportedUser], file: String, numbers: [Int64: Member], _ isDryRun: Bool,
        _ report: inout ImportReport
    ) throws -> [Int64: Member] {
        var members: [Int64: Member] = [:]
        var new: [ImportedUser] = []
        try device.read { book in
            for user in users {
                if let known = try book.views.imported(user.importKey) {
                    members[user.number] = .known(known)
                    report.membersKnown += 1
                } else if case .known(let other)? = numbers[user.number] {
                    let taken = try Taken(user, by: other, book)
                    if taken.isSamePerson { members[user.number] = .known(other) }
                    report.refusals.append(
                        ImportRefusal(file: file, line: user.line, reason: taken.reason))
                } else {
                    new.append(user)
                }
            }
        }
        report.membersAdded = new.count
        if isDryRun {
            for user in new { members[user.number] = .planned }
        } else {
            try batches.record(new, importKey: \.importKey, draft: { user, _ in draft(user) }) {
                members[$0.number] = .known($1)
            }
        }
        return members
    }

    /// A number that somebody has: the same person with other details, or somebody else, whose
    /// account must not get this one's hours.
    private struct Taken {
        let isSamePerson: Bool
        let reason: String

        init(_ user: ImportedUser, by other: EntityID, _ book: LocalBook) throws {
            let label = try book.views.label(of: other)
            var name: String?
            if case .member(let member)? = try book.views.state(of: other) {
                name = try book.views.name(of: member)
            }
            isSamePerson = name == user.name
            reason =
                isSamePerson
                ? "\(label) is here with other details, which stay; change them by hand"
                : "number \(user.number) belongs to \(label) already"
        }
    }

    private func draft(_ user: ImportedUser) -> Draft {
        var values: Payload = [
            MemberField.name: .text(user.name), MemberField.number: .integer(user.number),
            MemberField.form: .integer(MemberForm.person.rawValue),
        ]
        values[MemberField.joinedOn] = user.joinedOn.map(Value.date)
        values[MemberField.birthYear] = user.birthYear.map(Value.integer)
        if !user.contacts.isEmpty { values[MemberField.contacts] = .texts(user.contacts) }
        return Draft(
            .memberEnrolled, home: .neighborhood(neighborhood), values: values,
            subjects: .itself, importKey: user.importKey)
    }

    // MARK: Hours

    private func importTransfers(
        _ transfers: [ImportedTransfer], members: [Int64: Member], _ isDryRun: Bool,
        _ report: inout ImportReport
    ) throws {
        let new = try device.read { book in
            try transfers.filter { try book.views.imported($0.importKey) == nil }
        }
        report.entriesKnown = transfers.count - new.count
        report.entriesAdded = new.count
        if isDryRun { return }
        let today = device.environment.today
        try batches.record(new, importKey: \.importKey) { transfer, book in
            try draft(transfer, members: members, HoursDrafts(book: book, today: today))
        }
    }

    private func draft(
        _ transfer: ImportedTransfer, members: [Int64: Member], _ drafts: HoursDrafts
    ) throws -> Draft {
        var values: Payload = [
            HoursField.serviceDate: .date(transfer.serviceDate),
            HoursField.origin: .integer(HoursOrigin.imported.rawValue),
        ]
        values[HoursField.category] = transfer.category.map(Value.text)
        values[HoursField.description] = transfer.description.map(Value.text)
        let shares = try drafts.shares(
            providers: [account(transfer.provider, members)],
            recipients: [account(transfer.recipient, members)], minutes: transfer.minutes)
        return try drafts.draft(
            form: transfer.form, shares: shares, values: values, importKey: transfer.importKey)
    }

    private func account(
        _ account: ImportedTransfer.Account, _ members: [Int64: Member]
    ) -> EntityID {
        switch account {
        case .pot: return neighborhood
        case .member(let number):
            guard case .known(let entity)? = members[number] else {
                preconditionFailure("rows of unknown members are refused before")
            }
            return entity
        }
    }
}
