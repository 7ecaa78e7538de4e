// An auditor's device reads and syncs; nothing is ever recorded on it.

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

    @Test func anAuditorSyncsAndIsToldWhatTheRoleIs() throws {
        let bench = try Bench.ready(try OfficeInMemory(role: .auditor))
        #expect(try bench.sync().end == .complete)
        #expect(try bench.device.read { try $0.workerRecords().map(\.role) } == ["auditor"])
        #expect(try bench.device.read { try $0.neighborhoods.map(\.code) } == ["HAR"])
    }
}
