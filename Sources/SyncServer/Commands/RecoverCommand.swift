// `recover`: a ledger that was set back or altered goes on in a new epoch.
// Neighbor: Setup/Reopening does it.

internal import ArgumentParser
internal import Shared

struct RecoverCommand: ServerCommand {
    static let configuration = CommandConfiguration(
        commandName: "recover",
        abstract: "Go on with a ledger that was set back or altered, in a new epoch.",
        discussion: """
            For a folder that is older than what devices have seen, when no newer copy is left. \
            Stop the server first. Devices then send again what they had recorded.
            """)

    @OptionGroup var folder: FolderOptions
    @OptionGroup var json: JSONOption
    @Option(name: .customLong("by"), help: "The admin, by name or id.") var admin: String
    @Option(help: "Why, in a sentence; it is sealed.") var reason: String?

    func perform() async throws {
        let sole = try folder.soleServer(
            busy: "hourbook-server serves \(folder.path); stop it first")
        defer { withExtendedLifetime(sole) {} }
        let done = try store().beginEpoch(as: admin, reason: reason)
        if json.isOn { return try Output.json(done) }
        Output.line(
            "Reopened in epoch \(done.epoch) after position \(done.inheritedSize). Start the "
                + "server; each device that had seen more sends again what it recorded.")
    }
}
