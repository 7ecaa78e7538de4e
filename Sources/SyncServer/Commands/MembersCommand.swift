// `members move`: a member is at home in another neighborhood from now on.
// Neighbor: Setup/MovingMembers writes it.

internal import ArgumentParser
internal import Shared
internal import Store

struct MembersCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "members", abstract: "Move a member to another neighborhood.",
        subcommands: [Move.self])

    struct Move: ServerCommand {
        static let configuration = CommandConfiguration(
            commandName: "move",
            abstract: "Let a member be at home in another neighborhood from now on.",
            discussion: """
                Devices there get everything that was recorded about the member at their next \
                sync, and show and change it from then on. Devices of the old neighborhood keep \
                what they have and show the member as moved.
                """)

        @OptionGroup var folder: FolderOptions
        @OptionGroup var json: JSONOption
        @Argument(help: "The member: HAR-37, a name or an id.") var member: String
        @Option(help: "Code, name or id of the neighborhood.") var to: String
        @Option(
            help: """
                The member's number there; by default the one they have if it is free there, else \
                the lowest free one.
                """)
        var number: Int64?
        @Option(name: .customLong("as"), help: "The coordinator or admin, by name or id.")
        var worker: String
        @Option(help: "Why, in a sentence; it is sealed.") var reason: String?

        func perform() async throws {
            let record = try writableStore().append { session in
                let member = try session.views.account(member)
                let label = try session.views.label(of: member)
                let place = try session.views.neighborhood(to)
                let moved = try session.move(
                    member, to: place, number: number, as: try session.views.worker(worker),
                    reason: reason)
                let code = try session.views.code(of: .neighborhood(place))
                return MovedRecord(
                    member: member.description, label: label, to: code, number: moved.number,
                    position: moved.position.value)
            }
            if json.isOn { return try Output.json(record) }
            Output.line(
                "\(record.label) is \(record.to)-\(record.number) as of position "
                    + "\(record.position).")
        }
    }
}

struct MovedRecord: Encodable {
    let member: String
    /// As the member was called before.
    let label: String
    /// Code of the neighborhood.
    let to: String
    let number: Int64
    let position: UInt64
}
