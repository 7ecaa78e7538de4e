// `pairing-link`: a link for one device, good for a week.
// Neighbors: Setup/Registering keeps it, Pairing/ honors it.

internal import ArgumentParser
internal import Foundation
internal import Shared
internal import Store

struct PairingLinkCommand: ServerCommand {
    static let configuration = CommandConfiguration(
        commandName: "pairing-link",
        abstract: "Make a link by which one device pairs, within 7 days.")

    @OptionGroup var folder: FolderOptions
    @OptionGroup var json: JSONOption
    @Option(
        parsing: .upToNextOption, help: "Name or id of each worker who records on the device.")
    var worker: [String]
    @Option(
        parsing: .upToNextOption,
        help: "Code, name or id of each neighborhood that the device holds.")
    var neighborhood: [String]
    @Option(help: "The most anybody may do on it; by default the highest of its workers' roles.")
    var role: String?
    @Option(help: "Address at which the device finds this server.") var host = "127.0.0.1"
    @Option(help: "Port at which the device finds this server.") var port: UInt16 = 8420
    @Option(help: "The same as one: http://127.0.0.1:8420") var url: String?

    func perform() async throws {
        let address = try address()
        let link = try store().append { session in
            let views = session.views
            let workers = try Set(worker.map(views.worker)).sorted()
            let places = try Set(neighborhood.map(views.neighborhood)).sorted()
            try checkServed(places, by: workers, views)
            return try session.makePairingLink(
                workers: workers, neighborhoods: places,
                role: try role.map(Role.named) ?? highestRole(of: workers, views),
                host: address.host, port: address.port)
        }
        if json.isOn { return try Output.json(["link": link.description]) }
        Output.line(link.description)
    }

    /// A device holds only where one of its workers serves.
    private func checkServed(
        _ places: [EntityID], by workers: [EntityID], _ views: Views
    ) throws {
        let served = Set(
            try views.workers().filter { workers.contains($0.id) }.flatMap(\.neighborhoods))
        for place in places where !served.contains(place) {
            throw Refusal(
                exit: 77,
                sentence: "none of these workers serves \(try views.label(of: place)); "
                    + "see `worker list`")
        }
    }

    private func highestRole(of workers: [EntityID], _ views: Views) throws -> Role {
        try views.workers().filter { workers.contains($0.id) }.map(\.role).max() ?? .outreach
    }

    private func address() throws -> (host: String, port: UInt16) {
        guard let url else {
            try Loopback.check(host)
            return (host, port)
        }
        guard let parts = URLComponents(string: url), parts.scheme == "http",
            let host = parts.host, let port = UInt16(exactly: parts.port ?? 80)
        else { throw Refusal.usage("an address looks like http://127.0.0.1:8420") }
        let bare = host.trimmingCharacters(in: ["[", "]"])
        try Loopback.check(bare)
        return (bare, port)
    }
}
