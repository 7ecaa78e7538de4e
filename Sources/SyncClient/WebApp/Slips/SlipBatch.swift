// A pile of paper slips as it is typed in: what its cover claims, what was saved, and whether they
// agree. Pure. Neighbors: SlipTable keeps it, SlipRecording adds rows, the pages show it.
// Invariant: a row counts as its entry stands now, so that a correction corrects the sum.

internal import Shared
internal import Store

/// Which pile of this device, from 1.
struct BatchNumber: Hashable, Sendable, CustomStringConvertible {
    let value: Int64
    init(_ value: Int64) { self.value = value }
    init?(_ typed: String) {
        guard let value = Int64(typed), value > 0 else { return nil }
        self.value = value
    }
    var description: String { String(value) }
}

/// Which slip that was put aside on this device, from 1.
struct ParkedNumber: Hashable, Sendable, CustomStringConvertible {
    let value: Int64
    init(_ value: Int64) { self.value = value }
    init?(_ typed: String) {
        guard let value = Int64(typed), value > 0 else { return nil }
        self.value = value
    }
    var description: String { String(value) }
}

/// What the sheet on top of a pile says; nil where it says nothing.
struct SlipCover: Equatable, Sendable {
    var slips: Int64?
    var minutes: Minutes?
}

struct SlipBatch: Equatable, Sendable {
    /// A longer pile would make its page slow; another batch takes the rest.
    static let rowsMax = 500

    let number: BatchNumber
    let cover: SlipCover
    /// Fields that the next row takes from the one before.
    let carried: Set<SlipField>
    let begunAt: Instant
    let finishedAt: Instant?
}

/// The parts of a slip that may repeat on the next one. Raw values are names in forms and tables.
enum SlipField: String, CaseIterable, Sendable {
    case gave, received, minutes, date, category

    /// What most piles repeat.
    static let carriedFirst: Set<SlipField> = [.gave, .date, .category]
}

struct SlipRow: Equatable, Sendable {
    let batch: BatchNumber
    /// From 1, without gaps.
    let line: Int64
    /// Folded; empty on a slip without a number.
    let slip: String
    let entry: EntityID
    /// As typed.
    let minutes: Minutes
    /// Taken back right after it was saved.
    let isUndone: Bool
}

/// How many, and how long together.
struct SlipSums: Equatable, Sendable {
    var slips: Int64 = 0
    var minutes: Minutes = .zero
}

/// A sum beside what the cover claims.
enum CoverVerdict: Equatable, Sendable {
    case unclaimed
    case equal
    /// So many fewer than the cover says.
    case fewer(Int64)
    case more(Int64)

    init(_ found: Int64, claimed: Int64?) {
        guard let claimed else {
            self = .unclaimed
            return
        }
        self =
            found == claimed
            ? .equal : found < claimed ? .fewer(claimed - found) : .more(found - claimed)
    }
}

extension CoverVerdict {
    /// Whether the typist must look: at less than the cover says only once every row should be
    /// there, at more at once, for no further row mends that.
    func needsLook(whenDone isDone: Bool) -> Bool {
        switch self {
        case .more: true
        case .fewer: isDone
        case .equal, .unclaimed: false
        }
    }
}

extension SlipSums {
    /// Whether every row should be there: the pile was declared finished, or it has as many as its
    /// cover says.
    func areDone(_ batch: SlipBatch) -> Bool {
        batch.finishedAt != nil || batch.cover.slips.map { slips >= $0 } ?? false
    }

    /// `figures` of each row's entry now; nil for one that is not in the book here, which counts
    /// as typed: the office keeps it apart.
    init(_ rows: [SlipRow], figures: (EntityID) throws -> EntryFigures?) rethrows {
        self.init()
        for row in rows where !row.isUndone {
            let now = try figures(row.entry)
            if now?.standing == .void { continue }
            slips += 1
            minutes += now?.minutes ?? row.minutes
        }
    }

    func verdicts(_ cover: SlipCover) -> (slips: CoverVerdict, minutes: CoverVerdict) {
        (
            CoverVerdict(slips, claimed: cover.slips),
            CoverVerdict(minutes.value, claimed: cover.minutes?.value)
        )
    }
}

/// What stands on a slip as it was typed, readable or not.
struct TypedSlip: Equatable, Sendable, Codable {
    var slip = ""
    var gave = ""
    var received = ""
    var minutes = ""
    var date = ""
    var category = ""

    subscript(_ field: SlipField) -> String {
        get {
            switch field {
            case .gave: gave
            case .received: received
            case .minutes: minutes
            case .date: date
            case .category: category
            }
        }
        set {
            switch field {
            case .gave: gave = newValue
            case .received: received = newValue
            case .minutes: minutes = newValue
            case .date: date = newValue
            case .category: category = newValue
            }
        }
    }

    var isEmpty: Bool { self == TypedSlip() }

    /// Without what stands as it was carried down from the row `above`: nobody has read that from
    /// this paper.
    func withoutCarried(_ above: TypedSlip) -> TypedSlip {
        var read = self
        for field in SlipField.allCases where self[field] == above[field] { read[field] = "" }
        return read
    }

    /// What is there, in a line.
    var words: String {
        [slip, date, gave, received, minutes, category].filter { !$0.isEmpty }
            .joined(separator: " · ")
    }

    /// Those of an entry's fields that the next row takes over.
    init(of entry: HoursRecord, only fields: Set<SlipField>) {
        self.init()
        let all = TypedSlip(again: entry)
        for field in fields { self[field] = all[field] }
    }

    /// All that an entry says.
    init(again entry: HoursRecord) {
        slip = entry.slip ?? ""
        gave = entry.providers.map(\.label).joined(separator: "; ")
        received = entry.recipients.map(\.label).joined(separator: "; ")
        minutes = "\(Minutes(entry.providers.map(\.minutes).reduce(0, +)))"
        date = entry.serviceDate
        category = entry.category ?? ""
    }

    init() {}
}

/// A slip that could not be typed whole: kept on this device until somebody settles it.
struct ParkedSlip: Equatable, Sendable {
    let number: ParkedNumber
    let batch: BatchNumber
    let typed: TypedSlip
    /// What the row before had and nobody typed here: shown beside the fields, and no part of the
    /// slip.
    let above: TypedSlip
    let parkedAt: Instant
}
