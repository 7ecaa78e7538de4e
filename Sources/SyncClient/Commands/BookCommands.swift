// `hourbook conflicts`, `digest` and `rebuild`: what disagrees, and whether the book is whole.
// Neighbors: Store/Views lists, Store/Project rebuilds.

internal import ArgumentParser
internal import Shared
internal import Store

struct ConflictsCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "conflicts", abstract: "List entries that disagree; the office decides them.")

    @OptionGroup var data: DataOptions
    @OptionGroup var json: JSONOption

    func perform() throws {
        let records = try data.device().read { book in
            try book.views.conflicts().map(book.views.record)
        }
        if json.isOn { return try records.forEach(Screen.printJSON) }
        if records.isEmpty { print("nothing needs a decision") }
        for record in records { show(record) }
    }

    private func show(_ record: ConflictRecord) {
        let field = record.field.map { " of \($0)" } ?? ""
        print(
            Screen.ink.attention("\(record.id)  \(record.kind)\(field)") + ": "
                + record.subject.onOneLine)
        for side in record.sides {
            let who = side.worker.map { " by \($0)" } ?? ""
            let place = side.position.map { "position \($0)" } ?? "on this device"
            print(
                "  \(side.letter)\(side.standing ? "*" : " ") \(side.says.onOneLine)"
                    + "  (\(side.recordedAt)\(who.onOneLine), \(place))")
            if let reason = side.reason { print("     because: \(reason.onOneLine)") }
        }
        for decision in record.decisions { print("  decided: \(decision.onOneLine)") }
    }
}

struct DigestCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "digest",
        abstract: "Show size and root of each held scope, to compare with others.")

    @OptionGroup var data: DataOptions
    @OptionGroup var json: JSONOption

    func perform() throws {
        let digest = try data.device().read { try $0.views.digest(of: $0.held.sorted()) }
        if json.isOn { return try Screen.printJSON(digest) }
        var table = TextTable(("SCOPE", .left), ("SIZE", .right), ("ROOT", .left))
        for scope in digest.scopes { table.add(scope.name, String(scope.size), scope.root) }
        Screen.show(table)
        print("at position \(digest.position)")
    }
}

struct RebuildCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "rebuild", abstract: "Make every balance and list anew from the events.")

    @OptionGroup var data: DataOptions
    @OptionGroup var json: JSONOption

    func perform() throws {
        let device = try data.device()
        var count = 0
        try device.write { book in
            try book.tables.rebuild { done in
                count = done
                Screen.note("  \(done) events")
            }
        }
        if json.isOn { return try Screen.printJSON(RebuiltRecord(events: count)) }
        print("rebuilt from \(count) events")
    }
}

struct RebuiltRecord: Encodable {
    let events: Int
}
