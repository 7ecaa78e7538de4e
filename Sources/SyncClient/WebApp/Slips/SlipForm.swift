// What was typed of one slip → what is to be recorded, or why it cannot be yet. Nothing is written
// here. Neighbors: RecordForm has the same for one entry, SlipRecording saves what passes.
// Invariants: a number is used once in a batch; nobody is enrolled unless the form says so.

internal import Faces
internal import Shared
internal import Store
internal import Texts

struct SlipForm: Sendable {
    var typed = TypedSlip()
    /// What the row before had: of an open pile as the form was filled with it, of a parked slip as
    /// it is told beside the fields.
    var above = TypedSlip()
    /// Fields that the next row takes over.
    var carried: Set<SlipField> = []
    /// The same for both tries, if a form is sent twice.
    var once = ""
    /// It has been shown that an entry has this number, or looks the same.
    var isSure = false
    /// Whoever nobody here is called like is enrolled, by name alone.
    var mayEnroll = false

    init(
        _ typed: TypedSlip, above: TypedSlip = TypedSlip(), carried: Set<SlipField>, once: String
    ) {
        (self.typed, self.above, self.carried, self.once) = (typed, above, carried, once)
    }

    init(_ fields: FormFields) {
        typed.slip = fields["slip"]
        for field in SlipField.allCases {
            typed[field] = fields[field.rawValue]
            above[field] = fields["above_\(field.rawValue)"]
        }
        carried = Set(SlipField.allCases.filter { fields["carry_\($0.rawValue)"] == "1" })
        (once, isSure) = (fields["once"], fields["sure"] == "1")
        mayEnroll = fields["enroll"] == "1"
    }
}

/// Why a slip was not saved.
enum SlipRefusal: Error, Sendable {
    /// `unknown` are names of nobody here who could be enrolled, when nothing else is wrong.
    case faults([FieldFault], unknown: [String])
    /// Its number stands in this batch already, on that line.
    case twice(BatchNumber, line: Int64)
    /// Its number is that of a slip that was put aside.
    case parked(ParkedNumber)
    /// Entries with its number, or like it and of no slip: it is asked whether it is one of them.
    case known([EntityID])
}

/// A slip that can be recorded.
struct ReadableSlip {
    /// In the order they were typed; those not known have a name instead.
    enum Person: Hashable {
        case known(EntityID)
        case new(String)
    }

    let number: SlipNumber?
    let gave: [Person]
    let received: [Person]
    let minutes: Minutes
    let date: CivilDate
    let category: String?

    var unknown: [String] {
        var names: [String] = []
        for case .new(let name) in gave + received where !names.contains(name) {
            names.append(name)
        }
        return names
    }
}

struct SlipCheck {
    let check: RecordCheck

    private var text: StringTable { check.text }

    /// - Throws: `SlipRefusal.faults`.
    func readable(_ form: SlipForm) throws -> ReadableSlip {
        var faults: [FieldFault] = []
        let typed = form.typed
        let gave = try check.checked("gave", &faults) { try people(typed.gave, .gave) }
        let received = try check.checked("received", &faults) {
            try people(typed.received, .received)
        }
        let minutes = try check.checked("minutes", &faults) { try check.length(typed.minutes) }
        let date = try check.checked("date", &faults) { try day(typed.date) }
        if let gave, let received, !Set(gave).isDisjoint(with: received) {
            faults.append(FieldFault(field: "received", text: text("same_person")))
        }
        guard faults.isEmpty, let gave, let received, let minutes, let date else {
            throw SlipRefusal.faults(faults, unknown: [])
        }
        let slip = ReadableSlip(
            number: SlipNumber(typed.slip), gave: gave, received: received, minutes: minutes,
            date: date, category: typed.category.asCategory)
        if !slip.unknown.isEmpty, !form.mayEnroll {
            throw SlipRefusal.faults(nobody(slip), unknown: slip.unknown)
        }
        return slip
    }

    /// - Throws: `SlipRefusal.twice`, `.parked`, or `.known` unless the form says that it is sure.
    func checkNew(
        _ slip: ReadableSlip, isSure: Bool, rows: [SlipRow], parked: [ParkedSlip]
    ) throws {
        let book = check.book
        if let number = slip.number {
            let same = try rows.last { row in
                try row.slip == number.folded && !row.isUndone
                    && book.views.figures(of: row.entry)?.standing != .void
            }
            if let same { throw SlipRefusal.twice(same.batch, line: same.line) }
            let aside = parked.last { SlipNumber($0.typed.slip) == number }
            if let aside { throw SlipRefusal.parked(aside.number) }
        }
        if isSure { return }
        let sameNumber = try slip.number.map(book.views.entries(onSlip:)) ?? []
        let known = try sameNumber + alike(slip).filter { !sameNumber.contains($0) }
        if !known.isEmpty { throw SlipRefusal.known(known) }
    }

    /// Two slips with numbers of their own are two services.
    private func alike(_ slip: ReadableSlip) throws -> [EntityID] {
        guard slip.unknown.isEmpty else { return [] }
        let shares = try HoursDrafts(book: check.book, today: check.today).shares(
            providers: slip.gave.compactMap(\.account),
            recipients: slip.received.compactMap(\.account), minutes: slip.minutes)
        return try check.book.views.entries(alike: shares, on: slip.date)
            .filter { slip.number == nil || $0.slip == nil }.map(\.id)
    }

    // MARK: Fields

    private func people(_ typed: String, _ field: SlipField) throws -> [ReadableSlip.Person] {
        try check.names(typed, field.rawValue).map { name in
            if let known = try check.person(name) { return .known(known) }
            guard name.canBeName else {
                throw FieldFault.Words(text("nobody_called", ["name": name]))
            }
            return .new(name)
        }
    }

    private func nobody(_ slip: ReadableSlip) -> [FieldFault] {
        [(SlipField.gave, slip.gave), (.received, slip.received)].compactMap { field, people in
            people.firstNew.map {
                FieldFault(field: field.rawValue, text: text("nobody_on_slip", ["name": $0]))
            }
        }
    }

    private func day(_ typed: String) throws -> CivilDate {
        if typed.isEmpty { throw FieldFault.Words(text("date_missing")) }
        guard let date = CivilDate(typed) ?? CivilDate(end: typed, upTo: check.today) else {
            throw FieldFault.Words(text("date_unreadable", ["typed": typed]))
        }
        return date
    }
}

extension ReadableSlip.Person {
    /// Nil before the person is enrolled.
    var account: EntityID? {
        if case .known(let entity) = self { entity } else { nil }
    }
}

extension [ReadableSlip.Person] {
    fileprivate var firstNew: String? {
        for case .new(let name) in self { return name }
        return nil
    }
}

extension String {
    /// A number that nobody has is a mistake, and no name.
    fileprivate var canBeName: Bool {
        contains(where: \.isLetter) && !contains(where: \.isNumber)
    }
}

extension CivilDate {
    /// The end of a date as people type it from a pile: "24" or "3-24", the last such day up to
    /// `today`. Nil where there is none within a year.
    init?(end typed: String, upTo today: CivilDate) {
        let parts = typed.split(separator: "-", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count),
            parts.allSatisfy({ (1...2).contains($0.count) && $0.allSatisfy(\.isASCII) }),
            let day = Int(parts.last ?? "")
        else { return nil }
        var (year, month) = (today.year, today.month)
        for _ in 0...12 {
            if let date = CivilDate(year: year, month: month, day: day), date <= today,
                parts.count == 1 || Int(parts[0]) == month
            {
                self = date
                return
            }
            (year, month) = month == 1 ? (year - 1, 12) : (year, month - 1)
        }
        return nil
    }
}
