// `hourbook pair`: a device becomes one of the office's, and syncs for the first time.
// Neighbors: Pairing does the work; SyncRun in SyncCommands tells of the sync.

internal import ArgumentParser
internal import Foundation
internal import Shared
internal import Store

struct PairCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "pair", abstract: "Pair this device with the office, by a link from there.",
        discussion: """
            A newer link tells a device that is paired already where its server is now, and by \
            which key to know it; the device stays what it was, its name and neighborhoods too.
            """)

    @Argument(
        help: """
            The whole link, in quotes; or what the office reads out: its address, and lines of \
            letters.
            """)
    var link: [String]
    @Option(.devicePaired, DeviceField.label) var label: String?
    @OptionGroup var data: DataOptions
    @OptionGroup var json: JSONOption

    func perform() throws {
        let link = try Pairing.link(link.joined(separator: " "))
        let before = try? data.device().paired
        guard let label = label ?? before?.label else {
            throw UserError(.usage, "give this device a name: --label \"Harbor tablet\"")
        }
        let transport = try CurlTransport(to: link)
        let device = try Pairing(folder: data.folder, environment: ClientMain.environment)
            .pair(link, label: label, over: transport)
        tell(device.paired, before: before)
        let wasRevoked = try tellRevoked(device)
        try SyncRun(
            device: device, folder: data.folder, transport: transport, json: json.isOn,
            checkNumber: device.paired.checkNumber
        ).run()
        if !wasRevoked { try tellRevoked(device) }
    }

    /// A link makes no new device of a folder that is one.
    @discardableResult
    private func tellRevoked(_ device: Device) throws -> Bool {
        guard let revoked = try device.read({ try $0.tables.knownRevocation() }) else {
            return false
        }
        Screen.note(
            "this folder stays \(device.paired.label.onOneLine), which the office revoked on "
                + "\(revoked.day(device.environment)), whatever link it is given. For a new "
                + "device, give `hourbook pair` the link with another --data")
        return true
    }

    private func tell(_ paired: PairedDevice, before: PairedDevice?) {
        let name = paired.communityName.onOneLine
        if let before {
            let address = paired.server.url
            Screen.note(
                "paired with \(name) already, as \(before.label.onOneLine); its server is "
                    + (before.server == paired.server ? "still " : "now ") + address)
        } else {
            Screen.note("paired with \(name) as replica \(paired.replica.short)")
        }
        Screen.note(
            "check number \(paired.checkNumber): the office sees the same beside this device")
    }
}
