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
        parsing: .upToNextOption,
        help: "Name or id of each worker who records, or as an auditor reads, on the device.")
    var worker: [String]
    @Option(
        parsing: .upToNextOption,
        help: "Code, name or id of each neighborhood that the device holds.")
    var neighborhood: [String]
    @Option(
        help: "The most anybody may do on it; by default the highest of its workers' roles.",
        completion: .roles)
    var role: String?
    @Option(help: "Name or address at which the device finds this server; default: as it served.")
    var host: String?
    @Option(help: "Port at which the device finds this server; default: as it served.")
    var port: UInt16?
    @Option(help: "Both as one: https://book.example.org:8420") var url: String?
    @Flag(
        name: .customLong("public"),
        help: "The device's system trusts the certificate shown there, as with a proxy.")
    var isPublic = false

    func perform() async throws {
        let address = try LinkAddress(
            .init(url: url, host: host, port: port, isPublic: isPublic),
            record: ServingRecord(folder: folder.url))
        let link = try writableStore().append { session in
            let views = session.views
            let workers = try Set(worker.map(views.worker)).sorted()
            let places = try Set(neighborhood.map(views.neighborhood)).sorted()
            try session.checkServed(places, by: workers)
            return try session.makePairingLink(
                workers: workers, neighborhoods: places,
                role: try role.map(Role.named) ?? highestRole(of: workers, views),
                host: address.host, port: address.port,
                mode: try session.mode(of: address))
        }
        if json.isOn { return try Output.json(["link": link.description]) }
        Output.line(link.description)
    }

    private func highestRole(of workers: [EntityID], _ views: Views) throws -> Role {
        try views.workers().filter { workers.contains($0.id) }.map(\.role).max() ?? .auditor
    }
}

extension AppendSession {
    /// A server that has no key yet gets one, and says so in the ledger.
    func mode(of address: LinkAddress) throws -> PairingLink.Mode {
        switch address.mode {
        case .pinned: .pinned(try announcedTLSIdentity().keys.current)
        case .public: .public
        case .loopback: .loopback
        }
    }
}
