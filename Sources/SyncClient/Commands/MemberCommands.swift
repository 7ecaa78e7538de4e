// `hourbook member enroll|list|show|change`. Options come from the descriptor of member.enrolled.
// Neighbors: FieldOptions reads them, Recorder records, Store/Views shows.

internal import ArgumentParser
internal import Shared
internal import Store
internal import Texts

struct MemberCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "member", abstract: "Enroll, list, show and change members.",
        subcommands: [
            MemberEnroll.self, MemberList.self, MemberShow.self, MemberChange.self,
        ])
}

struct MemberEnroll: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "enroll", abstract: "Enroll a person or an organization.",
        discussion: """
            Without --number the member has the next of the numbers that the office set apart for \
            this device (HAR-1101, say), so that no two devices give the same. A number set apart \
            for another device is taken with --on-card only.
            """)

    @OptionGroup var data: DataOptions
    @OptionGroup var neighborhood: NeighborhoodOption
    @OptionGroup var fields: MemberOptions
    @OptionGroup var card: CardOption
    @Option(.memberEnrolled, MemberField.form) var form: String?
    @OptionGroup var worker: WorkerOption
    @OptionGroup var json: JSONOption

    func perform() throws {
        let device = try data.device()
        let events = try Recording(device: device, worker: worker.typed).record { book, finder in
            [try draft(book, finder, today: device.environment.today)]
        }
        try device.read { book in
            guard let id = events.first?.entity,
                case .member(let member)? = try book.views.state(of: id)
            else { return }
            if json.isOn { return try Screen.printJSON(try book.views.record(member)) }
            print("enrolled \(try book.views.label(of: id).onOneLine) (\(id.short))")
        }
    }

    private func draft(_ book: LocalBook, _ finder: Finder, today: CivilDate) throws -> Draft {
        let place = try finder.neighborhood(neighborhood.typed)
        guard fields.name != nil else {
            throw UserError(.usage, "give the member's --name; for example: --name \"Ana Ruiz\"")
        }
        warn(of: try book.namesakes(of: fields.name ?? "", in: PeopleIndex(book)))
        var typed = fields.typed
        typed[MemberField.form] = form.list
        return try MemberDrafts(book).enroll(
            try finder.values(typed, of: .memberEnrolled), in: place, today: today,
            isOnCard: card.isOnCard)
    }
}

extension MemberEnroll {
    /// Enrolled all the same: at a doorstep nothing stops.
    private func warn(of namesakes: [Namesake]) {
        for one in namesakes {
            let last = one.lastDay.map { ", last entry \($0)" } ?? ", no entries"
            Screen.note(
                "warning: \(one.label.onOneLine) is called so already (\(one.place)\(last)); if it "
                    + "is the same person, record with that number")
        }
    }
}

/// Which member numbers of a neighborhood are taken, and which this device may give out.
struct MemberNumbers {
    let book: LocalBook
    let neighborhood: NeighborhoodState

    /// Whether a number that somebody typed may be given: nobody has it, and no other device may
    /// be giving it out, unless the member's card says so.
    func check(_ number: Int64, isOnCard: Bool) throws {
        if let holder = try holding(number) {
            throw UserError(
                .dataError, "\(holder.words) has this number already; give another --number",
                page: Phrase(
                    holder.hasMoved ? "number_taken_moved" : "number_taken",
                    ["holder": .text(holder.label)]))
        }
        guard !isOnCard,
            let other = try book.views.device(givingOut: number, in: neighborhood.id),
            other.replica != book.paired.replica
        else { return }
        throw UserError(
            .dataError,
            "\(neighborhood.code)-\(number) is set apart for the device \"\(other.label)\", which "
                + "may give it to somebody else; enroll without --number to get the next of this "
                + "device's own, or add --on-card if the member's card has this number",
            page: Phrase(
                "number_set_apart",
                ["number": "\(neighborhood.code)-\(number)", "device": .text(other.label)]))
    }

    /// Who has it, for people to read; nil while it is free.
    func holder(of number: Int64) throws -> String? { try holding(number)?.words }

    private struct Holder {
        let label: String
        let hasMoved: Bool

        var words: String { hasMoved ? "\(label), who moved away," : label }
    }

    private func holding(_ number: Int64) throws -> Holder? {
        if try taken(in: number...number).isEmpty { return nil }
        let name = "\(neighborhood.code)-\(number)"
        if case .one(let holder) = try book.views.match(name) {
            let label = try book.views.label(of: holder)
            let isHere = try book.views.home(of: holder)?.home == .neighborhood(neighborhood.id)
            return Holder(label: label, hasMoved: !isHere)
        }
        return Holder(label: name, hasMoved: false)
    }

    /// `others` are as good as taken.
    func next(besides others: Set<Int64> = []) throws -> Int64 {
        let blocks = (book.device?.numberBlocks ?? []).filter { $0.neighborhood == neighborhood.id }
        let others = others.union(try book.numbersKeptApart(in: .neighborhood(neighborhood.id)))
        for block in blocks {
            let taken = Set(try taken(in: block.numbers)).union(others)
            let earlier = try book.numbersGivenEarlier(of: block)
            let free = block.numbers.first { number in
                !taken.contains(number) && !earlier.contains { $0.contains(number) }
            }
            if let free { return free }
        }
        let place = neighborhood.code
        throw UserError(
            .usage,
            blocks.isEmpty
                ? "this device has no numbers to give out in \(place); give --number with one "
                    + "from the paper"
                : "this device has given out all its member numbers in \(place); run `hourbook "
                    + "sync`, which brings more, or give --number with one from the paper",
            page: Phrase(
                blocks.isEmpty ? "no_numbers" : "numbers_given_out", ["place": .text(place)]))
    }

    private func taken(in range: ClosedRange<Int64>) throws -> [Int64] {
        try book.views.memberNumbers(in: .neighborhood(neighborhood.id), within: range)
    }
}

struct MemberList: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the members this device holds.")

    @Flag(help: "Those of other neighborhoods instead, as the office last told of them.")
    var elsewhere = false
    @OptionGroup var data: DataOptions
    @OptionGroup var neighborhood: NeighborhoodOption
    @OptionGroup var json: JSONOption

    func perform() throws {
        if elsewhere { return try listElsewhere() }
        let records = try data.device().read { book in
            let place = try Finder(book: book).neighborhoodIfAny(neighborhood.typed)
            let scopes = place.map { Set([ScopeID.neighborhood($0.id)]) }
            return try book.views.members(in: scopes).map(book.views.record)
        }
        if json.isOn { return try records.forEach(Screen.printJSON) }
        var table = TextTable(("NUMBER", .left), ("NAME", .left), ("JOINED", .left), ("", .left))
        for member in records {
            var notes = member.unsent ? ["on this device"] : []
            if !member.active { notes.append("inactive") }
            if !member.disputed.isEmpty { notes.append("needs a decision") }
            table.add(
                "\(member.code)-\(member.number.map(String.init) ?? "?")",
                member.name ?? "(not readable here)", member.joinedOn ?? "",
                notes.joined(separator: ", ").attention(if: !member.disputed.isEmpty))
        }
        Screen.show(table)
    }

    private func listElsewhere() throws {
        let records = try data.device().read { book in
            let place = try neighborhood.typed.map(Finder(book: book).neighborhoodElsewhere)
            return try book.views.directory(in: place.map { .neighborhood($0.id) })
                .map(book.views.record)
        }
        if json.isOn { return try records.forEach(Screen.printJSON) }
        var table = TextTable(
            ("NUMBER", .left), ("NAME", .left), ("HELD BY", .left), ("", .left))
        for member in records {
            table.add(
                "\(member.code)-\(member.number)", member.name ?? "", member.home,
                member.active ? "" : "inactive")
        }
        Screen.show(table)
    }
}

struct MemberShow: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show one member.")

    @Argument(help: "Number (HAR-37), id, name or a part of it.") var member: String
    @OptionGroup var data: DataOptions
    @OptionGroup var neighborhood: NeighborhoodOption
    @OptionGroup var json: JSONOption

    func perform() throws {
        let record = try data.device().read { book in
            let finder = Finder(book: book)
            let place = try finder.neighborhoodIfAny(neighborhood.typed)
            return try book.views.record(try finder.member(member, in: place))
        }
        if json.isOn { return try Screen.printJSON(record) }
        var table = TextTable(("FIELD", .left), ("VALUE", .left))
        table.add("number", "\(record.code)-\(record.number.map(String.init) ?? "?")")
        table.add("name", record.name ?? "(not readable here)")
        table.add("form", record.form)
        table.add("active", record.active ? "yes" : "no")
        table.add("joined-on", record.joinedOn ?? "")
        table.add("birth-year", record.birthYear.map(String.init) ?? "")
        table.add("contacts", record.contacts.joined(separator: "; "))
        table.add("languages", record.languages.joined(separator: "; "))
        if !record.disputed.isEmpty {
            table.add(
                "needs a decision", record.disputed.joined(separator: ", ").attention())
        }
        table.add("id", record.id)
        Screen.show(table)
    }
}

struct MemberChange: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "change", abstract: "Change fields of a member, each by an event of its own.")

    @Argument(help: "Number (HAR-37), id, name or a part of it.") var member: String
    @OptionGroup var data: DataOptions
    @OptionGroup var neighborhood: NeighborhoodOption
    @OptionGroup var fields: MemberOptions
    @OptionGroup var card: CardOption
    @Option(.memberChanged, ChangeField.reason) var reason: String?
    @OptionGroup var worker: WorkerOption
    @OptionGroup var json: JSONOption

    func perform() throws {
        let device = try data.device()
        var changed: EntityID?
        let events = try Recording(device: device, worker: worker.typed).record { book, finder in
            let state = try finder.member(
                member, in: try finder.neighborhoodIfAny(neighborhood.typed))
            changed = state.id
            return try drafts(state, book, finder)
        }
        try device.read { book in
            guard let id = changed, case .member(let state)? = try book.views.state(of: id)
            else { return }
            if events.isEmpty { Screen.note(Recording.nothingToChange) }
            if json.isOn { return try Screen.printJSON(try book.views.record(state)) }
            if events.isEmpty {
                return print("unchanged \(try book.views.label(of: id).onOneLine)")
            }
            print(
                "changed \(try book.views.label(of: id).onOneLine): \(events.count) field"
                    + (events.count == 1 ? "" : "s"))
        }
    }

    private func drafts(
        _ state: MemberState, _ book: LocalBook, _ finder: Finder
    ) throws -> [Draft] {
        let values = try finder.values(fields.typed, of: .memberEnrolled)
        if values.isEmpty {
            throw UserError(.usage, "say what to change; for example: --active no")
        }
        let reason = try finder.values([ChangeField.reason: reason.list], of: .memberChanged)
        return try MemberDrafts(book).change(
            state, values, reason: reason.text(ChangeField.reason), isOnCard: card.isOnCard)
    }
}
