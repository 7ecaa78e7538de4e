// Row 30 of the list of faults: folders that programs of each version left are opened, brought up
// to date and used by today's. Neighbors: Harness/GoldenFolder reads and writes them,
// Tests/Fixtures/golden/README.md says when they are written anew.

import FaultInjection
import Foundation
import Shared
import Store
import Testing

@testable import SyncClient
@testable import SyncServer

@Suite("Golden folders", .serialized)
struct GoldenFolderTests {
    private static let isWriting = ProcessInfo.processInfo.environment["GOLDEN"] == "write"
    private static let versions = SyncProtocol.versions.map { "v\($0)" }

    @Test("fault 30: kept folders of a device and an office go on", arguments: versions)
    func kept(_ version: String) async throws {
        let start = try await Start()
        defer { start.town.remove() }
        let town = start.town
        let folders = ["tablet": town.deviceFolder("tablet"), "office": town.officeFolder]
        for (name, folder) in folders {
            let golden = GoldenFolder(version, name)
            if Self.isWriting { try golden.write(from: folder) }
            try golden.put(at: folder)
        }
        var told = Told()
        told.saved = Start.saved
        let tablet = try town.open("tablet")
        #expect(try tablet.read { try Int($0.unsentCount) } == 1)
        tablet.close()
        let broken = try await town.broken(told, devices: ["tablet"])
        for breach in broken { Issue.record("\(breach)") }
        #expect(broken.count == 0)
        try FaultReport.row(
            30, "folders of \(version), a device's and an office's", times: 2, broken: broken)
    }
}
