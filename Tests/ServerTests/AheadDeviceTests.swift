// The folder was put back from an older copy: what devices have seen of the newer one is said.
// Neighbors: Sources/SyncServer/Quarantine/AheadDevices, Routes/SyncRoute.

import HTTPTypes
import HummingbirdTesting
import Shared
import Store
import TestSupport
import Testing

@testable import SyncServer

struct AheadDeviceTests {
    private struct Case {
        let office: Office
        var device: FieldDevice
        /// Where the ledger ends.
        let end: LedgerPosition

        init() async throws {
            let office = try Office()
            let device = try await office.serve { client in
                var device = FieldDevice(office, number: 1)
                try await device.pair(client)
                try await device.sync(client)
                return device
            }
            (self.office, self.device) = (office, device)
            end = try office.store.read { $0.position }
        }

        var record: AheadRecord? {
            get throws { try office.store.read { try $0.deviceRecords() }.first?.ahead }
        }

        /// Syncs, and is told that its past is another.
        func beRefused(_ device: FieldDevice) async throws {
            try await office.serve { client in
                let body = try device.syncRequest().encoded()
                let answer = try await client.post(
                    SyncProtocol.syncPath, headers: try device.headers(body: body), body: body)
                #expect(answer.status == .conflict)
            }
        }

        /// As it was before the folder was put back.
        func ahead(by count: UInt64) -> FieldDevice {
            var device = device
            device.checkpointSize = LedgerPosition(end.value + count)
            return device
        }
    }

    @Test("a device that has seen more is named, with how far it has seen, until it syncs well")
    func named() async throws {
        let it = try await Case()
        #expect(try it.record == nil)
        try await it.beRefused(it.ahead(by: 2))
        it.office.clock.advance(days: 1)
        try await it.beRefused(it.ahead(by: 1))
        let record = try #require(try it.record)
        #expect([record.position, record.ledgerEnd] == [it.end.value + 2, it.end.value])
        #expect(record.firstSeen < record.lastSeen)
        #expect(
            record.text.hasPrefix(
                "has seen the ledger up to position \(it.end.value + 2); this one ends at "
                    + "\(it.end): the folder was put back from an older copy. Keep this folder, "
                    + "and do not go on with it if a newer copy exists"))
        let waiting = try it.office.store.read { try $0.waitingRecords() }
        #expect(waiting.map(\.what) == ["ahead"] && waiting.map(\.device) == ["tablet"])
        #expect(waiting.map(\.text) == [record.text])
        try await it.office.serve { client in
            var device = it.device
            try await device.sync(client)
        }
        #expect(try it.record == nil)
        #expect(try it.office.store.read { try $0.waitingRecords() }.isEmpty)
    }

    @Test("one whose ledger was another as far as both go is told apart from one that saw more")
    func another() async throws {
        let it = try await Case()
        var device = it.device
        device.cursorTag = RootTag(of: .zero)
        try await it.beRefused(device)
        let text = try #require(try it.record).text
        #expect(text.hasPrefix("has seen a ledger up to position \(it.end) that is not this one"))
    }

    @Test("a device that will not come back is put away by hand")
    func settled() async throws {
        let it = try await Case()
        try await it.beRefused(it.ahead(by: 1))
        try it.office.store.append { try $0.settle(try $0.views.device("tablet")) }
        #expect(try it.record == nil)
    }
}
