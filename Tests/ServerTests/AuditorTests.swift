// An auditor's device: it pairs and reads; what it brings is kept apart.

import HTTPTypes
import HummingbirdTesting
import Shared
import Store
import TestSupport
import Testing

@testable import SyncServer

struct AuditorTests {
    /// A link for a device of an auditor, with the role that `pairing-link` gives by itself.
    private func pair(
        _ device: inout FieldDevice, _ office: Office, _ client: any TestClientProtocol
    ) async throws {
        let (aud, link) = try office.store.append { session in
            let aud = try session.addWorker(
                name: "Aud", role: try Role.named("Auditor"), neighborhoods: [office.harbor])
            let link = try session.makePairingLink(
                workers: [aud], neighborhoods: [office.harbor], role: .auditor,
                host: "127.0.0.1", port: 8420, mode: .loopback)
            return (aud, link)
        }
        device.author.worker = aud
        let answer = try await client.post(
            SyncProtocol.pairPath, body: try device.pairRequest(link).encoded())
        try #require(answer.status == .ok)
    }

    @Test("an auditor's device pairs, reads everything of its neighborhood, and may write nothing")
    func reads() async throws {
        let office = try Office()
        try await office.serve { client in
            var worker = FieldDevice(office, number: 1)
            try await worker.pair(client)
            let ana = try worker.enroll("Ana", number: 1)
            try await worker.sync(client)
            var auditor = FieldDevice(office, number: 2)
            try await pair(&auditor, office, client)
            let read = try await auditor.sync(client)
            #expect(auditor.entries.count { $0.position > .start } > 0)
            #expect(read.keys != nil && !auditor.received.isEmpty)
            _ = auditor.author.write(.hoursRecorded, .exchange(ana, to: office.harbor))
            _ = try auditor.enroll("Luis", number: 2)
            let outcomes = try await auditor.sync(client).outcomes
            #expect(outcomes.map(\.disposition) == [.quarantined(.unauthorized)])
            #expect(outcomes.first?.last == Sequence64(2))
        }
        let members = try office.store.read { try $0.members().count }
        #expect(members == 1)
    }

    @Test("no member numbers are set apart for a device that enrolls nobody")
    func noNumbers() async throws {
        let office = try Office()
        try await office.serve { client in
            var auditor = FieldDevice(office, number: 2)
            try await pair(&auditor, office, client)
            let blocks = try office.store.read { try $0.devices().flatMap(\.numberBlocks) }
            #expect(blocks.isEmpty)
        }
    }

    @Test("an admin's decisions are not an auditor's")
    func decidesNothing() throws {
        let office = try Office()
        let aud = try office.store.append {
            try $0.addWorker(name: "Aud", role: .auditor, neighborhoods: [office.harbor])
        }
        let refusal = #expect(throws: Refusal.self) {
            try office.store.append {
                try $0.grant(
                    Granting(
                        form: .grant, member: office.harbor, minutes: Minutes(60),
                        date: day("2026-03-24"), reason: "x"), as: aud)
            }
        }
        #expect(refusal?.sentence.contains("only an admin") ?? false)
    }
}
