// `devices scope`: which neighborhoods a device holds from now on.
// Neighbors: Pairing/ScopeChanging writes it; DevicesCommand lists what each holds.

internal import ArgumentParser
internal import Shared
internal import Store

extension DevicesCommand {
    struct Scope: ServerCommand {
        static let configuration = CommandConfiguration(
            commandName: "scope",
            abstract: "Say which neighborhoods a device holds from now on.",
            discussion: """
                At its next sync a device fetches the past of those that are new to it, and shows \
                and changes them once it has all of it. Entries of those that it no longer holds \
                leave it once what was recorded there has been sent; its own are kept for good. \
                What it still records there meanwhile comes to the quarantine.
                """)

        @OptionGroup var folder: FolderOptions
        @OptionGroup var json: JSONOption
        @Argument(help: "The device: its name or the start of its replica id.")
        var device: String
        @Option(
            parsing: .upToNextOption,
            help: "Code, name or id of each neighborhood that it holds from now on.")
        var neighborhood: [String]
        @Option(name: .customLong("as"), help: "The admin, by name or id.") var worker: String
        @Option(help: "Why, in a sentence; it is sealed.") var reason: String?

        func perform() async throws {
            let record = try writableStore().append { session in
                let device = try session.views.device(device)
                let places = try Set(neighborhood.map(session.views.neighborhood)).sorted()
                let position = try session.setScope(
                    of: device, to: places, as: try session.views.worker(worker), reason: reason)
                return try ScopeRecord(
                    device, to: places, position: position, views: session.views)
            }
            if json.isOn { return try Output.json(record) }
            Output.line(
                "\(record.label) holds \(record.neighborhoods.joined(separator: ", ")) as of "
                    + "position \(record.position).")
            if !record.added.isEmpty {
                Output.line("It fetches \(record.added.joined(separator: ", ")) at its next sync.")
            }
            if !record.removed.isEmpty {
                Output.line(
                    "\(record.removed.joined(separator: ", ")) leaves it at its next sync, once "
                        + "what was recorded there has been sent.")
            }
        }
    }
}

struct ScopeRecord: Encodable {
    let replica: String
    let label: String
    let position: UInt64
    /// Codes, as of now, and against what it held before.
    let neighborhoods: [String]
    let added: [String]
    let removed: [String]

    fileprivate init(
        _ device: DeviceState, to places: [EntityID], position: LedgerPosition, views: Views
    ) throws {
        func codes(_ places: some Sequence<EntityID>) throws -> [String] {
            try places.map { try views.code(of: .neighborhood($0)) }.sorted()
        }
        let before = Set(device.neighborhoods)
        replica = device.replica.description
        label = device.label
        self.position = position.value
        neighborhoods = try codes(places)
        added = try codes(Set(places).subtracting(before))
        removed = try codes(before.subtracting(places))
    }
}
