// Where a decision about entries of two neighborhoods belongs: at home where the side with the
// lowest leaf hash is, and delivered to all that any side reaches.
// Neighbors: Sources/SyncServer/Conflicts/Desk; DeskTests has the choices.

import HummingbirdTesting
import Shared
import Store
import TestSupport
import Testing

@testable import SyncServer

@Suite("Decisions across neighborhoods") struct DeskHomeTests {
    @Test("are at home with the lowest leaf, and reach both", arguments: 1...6)
    func home(minutes: Int64) async throws {
        let office = try Office()
        let sides = try await office.serve { client in
            var harbor = FieldDevice(office, number: 1)
            var both = FieldDevice(office, number: 2, homes: [office.harbor, office.millHill])
            for device in [harbor, both] { try await device.pair(client) }
            let ana = try harbor.enroll("Ana", number: 1)
            both.author.home = .neighborhood(office.millHill)
            let noor = try both.enroll("Noor", number: 1)
            for _ in 1...2 {
                try await harbor.sync(client)
                try await both.sync(client)
            }
            let payload = Payload.exchange(ana, to: noor, minutes: minutes)
            let one = harbor.author.write(.hoursRecorded, payload)
            let other = both.author.write(.hoursRecorded, payload)
            try await harbor.sync(client, first: 2)
            try await both.sync(client, first: 2)
            return [one, other]
        }
        let conflict = try #require(
            try office.store.read { try $0.conflicts() }.first { $0.about == .duplicate })
        let position = try office.store.append { session in
            try session.resolve(
                conflict.id, as: office.ada, seen: session.position,
                DeskRuling(choice: .bothHappened, reason: "asked both"))
        }
        let lowest = try #require(
            sides.min { Hash.leaf($0.encoded()) < Hash.leaf($1.encoded()) })
        try office.store.read { views in
            let decision = try #require(try views.tables.event(at: position))
            #expect(decision.event.home == lowest.home)
            #expect(decision.event.subject == lowest.entity)
            #expect(
                try views.tables.reach(ofEvent: decision.event.dot)
                    == [office.harbor, office.millHill].map(ScopeID.neighborhood).sorted())
        }
    }
}
