// `doctor`: what it finds, what it says to do first, and that its support file names nobody.

import Foundation
import Shared
import Store
import TestSupport
import Testing

@testable import SyncClient

@Suite("Checkup")
struct CheckupTests {
    private static let folder = FileManager.default.temporaryDirectory

    private func checkup(_ bench: Bench) throws -> Checkup {
        try Checkup(bench.device, folder: Self.folder)
    }

    private func troubles(_ bench: Bench) throws -> [String] {
        try checkup(bench).areas.filter { !$0.isWell }.map(\.name)
    }

    @Test("a device in step needs nothing")
    func well() throws {
        let bench = try Bench.ready(try OfficeInMemory())
        bench.office.serverTime = bench.device.environment.now()
        _ = try bench.sync()
        #expect(try troubles(bench) == [])
        #expect(try checkup(bench).nextAction == nil)
    }

    @Test("what is unsent, what differs, and a wrong clock are each told, the gravest first")
    func troubled() throws {
        let bench = try Bench.ready(try OfficeInMemory())
        bench.office.serverTime = Instant(
            milliseconds: bench.device.environment.now().milliseconds - 86_400_000)
        let ana = try bench.enroll(1)
        let luis = try bench.enroll(2, "Luis")
        try bench.exchange(ana, luis, 30)
        bench.office.lies = true
        _ = try bench.sync()
        try bench.exchange(ana, luis, 31)
        #expect(try troubles(bench) == ["copy of the ledger", "unsent", "clock"])
        #expect(try checkup(bench).nextAction?.sentence == "run `hourbook sync --repair`")
        let clock = try #require(try checkup(bench).areas.last)
        #expect(clock.finding == "1 day ahead of the office's")
    }

    @Test("the support file holds counts and codes, and nobody's name, text or minutes")
    func support() throws {
        let bench = try Bench.ready(try OfficeInMemory())
        let ana = try bench.enroll(1, "Ana Ruiz")
        let luis = try bench.enroll(2, "Luis Ortega")
        try bench.exchange(ana, luis, 1_234)
        bench.office.verdict = { _ in .quarantined(.invalid) }
        _ = try bench.sync()
        let file = try SupportFile(checkup(bench), bench.device)
        let text = String(decoding: try JSONEncoder().encode(file), as: UTF8.self)
        for word in ["Ana", "Ruiz", "Luis", "Ortega", "cards", "1234", "tablet", "Riverside"] {
            #expect(!text.contains(word), "\(word)")
        }
        #expect(text.contains("\"invalid\":\"3\""))
        #expect(text.contains(bench.device.paired.replica.description))
    }
}
