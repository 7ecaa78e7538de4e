// `hourbook history ID`: all that happened to one entry, member or other thing in the book.
// Neighbors: Store/Views/Views+History tells it, Store/Screen/HistoryText prints it.

internal import ArgumentParser
internal import Shared
internal import Store

struct HistoryCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "history",
        abstract: "Show all that happened to an entry, a member or a device, and how it stands.",
        discussion: """
            Who did what on which device, when that was by the device's clock, and when it came \
            to the office. What has not been sent is shown last.
            """)

    @Argument(help: "Id of an entry or event, member (HAR-37 or a name), worker or device.")
    var id: String
    @OptionGroup var data: DataOptions
    @OptionGroup var json: JSONOption

    func perform() throws {
        let (record, moved) = try data.device().read { book in
            (try book.history(id), try book.movedEntry(id))
        }
        if let moved, moved.description != record.entity {
            Screen.note(
                "this folder had another entry under that id before it took a name of its own; see "
                    + "`hourbook history \(moved.short)`")
        }
        if json.isOn { return try Screen.printJSON(record) }
        Screen.show(record.text(Screen.ink))
    }
}

extension LocalBook {
    func history(_ typed: String) throws -> HistoryRecord {
        let apart = try keptApart
        return try views.history(
            of: try anything(typed, besides: apart),
            HistorySource(
                keptApart: apart, sent: Dot(paired.replica, sync.acknowledged.sequence)))
    }

    /// An entry that this folder had under the name it shared with another, as it is called now.
    func movedEntry(_ typed: String) throws -> EntityID? {
        guard
            let moved = try tables.movedEntries().first(where: {
                $0.from.short == typed || $0.from.description == typed
            }), let event = try tables.event(Dot(paired.replica, moved.to))
        else { return nil }
        return event.event.entity
    }

    /// What the office keeps apart, with what it has decided since.
    var keptApart: [KeptApart] {
        get throws {
            let refused = try tables.refusedEvents() + tables.partedApart()
            let decisions = try decisions(about: refused)
            return refused.map {
                KeptApart(
                    event: $0.event, leaf: $0.leaf, reason: $0.reason, receivedAt: nil,
                    decided: decisions[$0.leaf]?.sentence)
            }
        }
    }

    /// Whatever in the book a person means by an id, a number or a name.
    func anything(_ typed: String, besides apart: [KeptApart]) throws -> EntityID {
        switch try views.matchAnything(typed, besides: apart) {
        case .one(let entity): return entity
        case .none:
            if let moved = try movedEntry(typed) { return moved }
            if let left = try whatLeft(typed) { throw left }
            throw UserError(
                .dataError,
                "nothing on this device is called \"\(typed)\"; take an id from a listing, as "
                    + "9f86d081-12")
        case .several(let found):
            let list = found.prefix(20).map { "  \($0.label)  (\($0.id))" }.joined(separator: "\n")
            throw UserError(
                .usage,
                "\"\(typed)\" may be \(found.count) things; give the id in parentheses:\n\(list)")
        }
    }
}
