// An auditor's device reads and syncs; nothing is ever recorded on it.

import Foundation
import GRDB
import Shared
import Store
import TestSupport
import Testing

@testable import SyncClient

@Suite struct AuditorTests {
    @Test func whatAnAuditorWouldRecordIsRefusedBeforeAnythingIsSaved() throws {
        let office = try OfficeInMemory(role: .auditor)
        let bench = try Bench.ready(office)
        let refusal = #expect(throws: UserError.self) { try bench.enroll(1) }
        #expect(refusal?.code == .noPermission)
        #expect(refusal?.description.contains("an auditor reads") ?? false)
        #expect(try bench.unsent() == 0)
        #expect(try bench.device.read { try $0.head.sequence } == .none)
        #expect(try bench.device.read { try $0.views.members().isEmpty })
        let keys = try bench.device.keyring.key(
            of: [EntityID(Dot(bench.keys.replica, Sequence64(1)))])
        #expect(keys == nil)
    }

    /// Whatever else is wrong with it: no member number, no such entry.
    @Test func theRoleIsSaidBeforeAnythingElse() throws {
        let bench = try Bench.ready(try OfficeInMemory(role: .auditor))
        let recording = Recording(
            device: bench.device, worker: OfficeInMemory.dana.description)
        let refusal = #expect(throws: UserError.self) {
            try recording.record { _, _ in throw UserError(.usage, "give --number") }
        }
        #expect(refusal?.code == .noPermission)
        #expect(refusal?.description.contains("an auditor reads") ?? false)
    }

    @Test func theProgramSaysItToo() throws {
        let folder = try Program.newFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let bench = try Bench(office: try OfficeInMemory(role: .auditor), folder: folder)
        _ = try bench.sync()
        let program = Program(folder: folder)
        for command in [
            ["member", "enroll", "--name", "Sam"],
            ["hours", "confirm", "9f86d081-12", "--party", "HAR-1"],
            ["hours", "void", "9f86d081-12", "--reason", "x"],
        ] {
            let ended = try program(command)
            #expect(ended.exitCode == Sysexit.noPermission.rawValue, "\(command)")
            #expect(ended.errors.contains("an auditor reads"), "\(command)")
        }
        let status = try program("status").output
        #expect(status.contains("an auditor reads only"))
        #expect(try bench.device.read(StatusRecord.init).recordingRole == "auditor")
        #expect(try bench.device.read(StatusRecord.init).role == "coordinator")
    }

    @Test func anAuditorSyncsAndIsToldWhatTheRoleIs() throws {
        let bench = try Bench.ready(try OfficeInMemory(role: .auditor))
        #expect(try bench.sync().end == .complete)
        #expect(try bench.device.read { try $0.workerRecords().map(\.role) } == ["auditor"])
        #expect(try bench.device.read { try $0.neighborhoods.map(\.code) } == ["HAR"])
    }
}
