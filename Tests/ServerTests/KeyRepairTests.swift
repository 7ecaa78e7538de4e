// Which data keys a device is given back, which it is asked for, and what it can bring: nothing
// beyond its scopes, nothing once it is revoked, and no key in another's place.
// Neighbors: Pull/KeyReader and Routes/KeyIntake; FaultTests lose whole keyrings.

import HummingbirdTesting
import Shared
import Store
import TestSupport
import Testing

@testable import SyncServer

struct KeyRepairTests {
    /// A device of Harbor and one of Mill Hill, each with a member whose key the office has.
    private struct Scene {
        let office: Office
        var near: FieldDevice
        var far: FieldDevice
        let client: any TestClientProtocol

        init(_ office: Office, _ client: any TestClientProtocol) async throws {
            self.office = office
            self.client = client
            near = FieldDevice(office, number: 1)
            far = FieldDevice(office, number: 2, homes: [office.millHill])
            try await near.pair(client)
            try await far.pair(client)
            _ = try near.enroll("Ana", number: 1)
            _ = try far.enroll("Omar", number: 2)
            try await near.sync(client)
            try await far.sync(client)
        }

        /// What a device that asks for a key, as of an event, is given.
        func given(
            _ device: FieldDevice, _ key: DataKeyID, named event: Dot
        ) async throws -> [DataKeyID] {
            var request = try device.syncRequest(pushing: false)
            request.keys = nil
            request.wantedKeys = [WantedKey(key: key, event: event)]
            let response = try await device.exchange(request, client)
            return try response.keys?.unwrap(
                with: device.author.keys, community: office.store.community
            ).map(\.id) ?? []
        }
    }

    @Test("a device is given back a key of its scope, of its own event or another's")
    func givenBack() async throws {
        let office = try Office()
        try await office.serve { client in
            let scene = try await Scene(office, client)
            let (near, key) = (scene.near, scene.near.keys[0].id)
            let event = try Event(decoding: near.author.written[0]).dot
            #expect(try await scene.given(near, key, named: event) == [key])
            var other = FieldDevice(office, number: 3)
            try await other.pair(client)
            try await other.sync(client)
            #expect(try await scene.given(other, key, named: event) == [key])
        }
    }

    @Test("no key of another place is given: not by its event, nor by an event of one's own")
    func elsewhere() async throws {
        let office = try Office()
        try await office.serve { client in
            var scene = try await Scene(office, client)
            let key = scene.far.keys[0].id
            let event = try Event(decoding: scene.far.author.written[0]).dot
            #expect(try await scene.given(scene.near, key, named: event) == [])
            let own = try Event(decoding: scene.near.author.written[0]).dot
            #expect(try await scene.given(scene.near, key, named: own) == [], "it names another")
            // An event of its own that pretends to need it, admitted and kept apart.
            for form in [Int64(1), 99] {
                let liar = scene.near.author.write(
                    .memberEnrolled,
                    [MemberField.number: .integer(7), MemberField.form: .integer(form)],
                    sealed: [SealedPart(key: key, nonce: counting(1, 12), ciphertext: [1, 2])])
                try await scene.near.sync(client)
                #expect(try await scene.given(scene.near, key, named: liar.dot) == [])
            }
        }
    }

    @Test("a page gives no key of another place with an event that only names it")
    func pageElsewhere() async throws {
        let office = try Office()
        try await office.serve { client in
            var scene = try await Scene(office, client)
            let stolen = scene.far.keys[0]
            _ = scene.near.author.write(
                .memberEnrolled,
                [MemberField.number: .integer(7), MemberField.form: .integer(1)],
                sealed: [SealedPart(key: stolen.id, nonce: counting(1, 12), ciphertext: [1, 2])])
            let answer = try await scene.near.sync(client)
            #expect(answer.outcomes.last?.disposition == .admitted)
            // As one that lost all it held, and as another of the same place.
            scene.near.cursor = .start
            scene.near.cursorTag = .start
            try await scene.near.sync(client, pushing: false)
            var other = FieldDevice(office, number: 3)
            try await other.pair(client)
            try await other.sync(client)
            for device in [scene.near, other] {
                #expect(device.received.contains { $0.id == scene.near.keys[0].id })
                #expect(!device.received.contains { $0.id == stolen.id })
            }
        }
    }

    @Test("a key about members elsewhere comes with an entry here that was written with it")
    func usedHere() async throws {
        let office = try Office()
        try await office.serve { client in
            var scene = try await Scene(office, client)
            var both = FieldDevice(office, number: 3, homes: [office.harbor, office.millHill])
            try await both.pair(client)
            let key = scene.far.keys[0]
            _ = both.author.write(
                .memberEnrolled,
                [MemberField.number: .integer(8), MemberField.form: .integer(1)],
                sealed: [
                    try key.seal(
                        [MemberField.name: .text("Kim")], kind: Kind.memberEnrolled.number,
                        community: office.store.community, nonce: counting(1, 12))
                ])
            try await both.sync(client)
            try await scene.near.sync(client, pushing: false)
            #expect(scene.near.received.contains(key))
        }
    }

    @Test("another key with the id of one that is here does not take its place")
    func sameID() async throws {
        let office = try Office()
        try await office.serve { client in
            var scene = try await Scene(office, client)
            let key = scene.far.keys[0]
            scene.near.keys.append(
                DataKey(id: key.id, subjects: key.subjects, key: counting(9, 32)))
            _ = scene.near.author.write(
                .memberEnrolled,
                [MemberField.number: .integer(7), MemberField.form: .integer(1)],
                sealed: [SealedPart(key: key.id, nonce: counting(1, 12), ciphertext: [1, 2])])
            try await scene.near.sync(client)
            #expect(try office.store.keyring.key(key.id) == key)
        }
    }

    @Test("a revoked device is given no key and asked for none")
    func revoked() async throws {
        let office = try Office()
        try await office.serve { client in
            let scene = try await Scene(office, client)
            let near = scene.near
            try office.store.append { session in
                _ = try session.revoke(
                    try session.views.device(near.author.replica.description), as: office.ada,
                    reason: "lost")
            }
            let event = try Event(decoding: near.author.written[0]).dot
            #expect(try await scene.given(near, near.keys[0].id, named: event) == [])
        }
    }

    @Test(
        "a key that came with no request is asked of its place only, and no other takes its place")
    func brought() async throws {
        let office = try Office()
        try await office.serve { client in
            var scene = try await Scene(office, client)
            _ = try scene.near.enroll("Mei", number: 3)
            let key = scene.near.keys[1]
            scene.near.keys = []
            let answer = try await scene.near.sync(client)
            #expect(answer.outcomes.last?.disposition == .admitted)
            #expect(answer.wantedKeys == [key.id])
            let far = try await scene.far.sync(client, pushing: false)
            #expect(far.wantedKeys == [], "of another place")

            var request = try scene.near.syncRequest(pushing: false)
            request.wantedAfter = key.id
            #expect(try await scene.near.exchange(request, client).wantedKeys == [])
            let wrong = DataKey(id: key.id, subjects: key.subjects, key: counting(9, 32))
            for (sent, wanted) in [(wrong, [key.id]), (key, [])] {
                scene.near.keys = [sent]
                let answer = try await scene.near.sync(client, pushing: false)
                #expect(answer.wantedKeys == wanted)
            }
        }
        let names = try office.store.read { try $0.members().map($0.name(of:)) }
        #expect(Set(names) == ["Ana", "Omar", "Mei"])
    }

    @Test("a key is also asked of a device that held its place before, which may have kept it")
    func heldBefore() async throws {
        let office = try Office()
        try await office.serve { client in
            var scene = try await Scene(office, client)
            _ = try scene.far.enroll("Mei", number: 3)
            let key = scene.far.keys[1]
            scene.far.keys = []
            try await scene.far.sync(client)
            let replica = scene.far.author.replica
            try office.store.append { session in
                _ = try session.setScope(
                    of: try session.views.device(replica.description), to: [office.harbor],
                    as: office.ada, reason: nil)
            }
            let asked = try await scene.far.sync(client, pushing: false)
            #expect(asked.wantedKeys == [key.id])
            let near = try await scene.near.sync(client, pushing: false)
            #expect(near.wantedKeys == [], "it never was there")
            scene.far.keys = [key]
            try await scene.far.sync(client, pushing: false)
        }
        let names = try office.store.read { try $0.members().map($0.name(of:)) }
        #expect(Set(names) == ["Ana", "Omar", "Mei"])
    }

    /// What another device writes that names a key of which only the id is known to it.
    enum Pretense: CaseIterable {
        case sealedByAnother, garbage
    }

    @Test(
        "a missing key must open the first event that names it, whatever else names it since",
        arguments: Pretense.allCases)
    func firstUse(_ pretense: Pretense) async throws {
        let office = try Office()
        try await office.serve { client in
            var scene = try await Scene(office, client)
            let mei = try scene.far.enroll("Mei", number: 3)
            let key = scene.far.keys[1]
            scene.far.keys = []
            try await scene.far.sync(client)

            let wrong = DataKey(id: key.id, subjects: [mei], key: counting(9, 32))
            let sealed =
                switch pretense {
                case .sealedByAnother:
                    try wrong.seal(
                        [MemberField.name: .text("Eve")], kind: Kind.memberEnrolled.number,
                        community: office.store.community, nonce: counting(1, 12))
                case .garbage: SealedPart(key: key.id, nonce: counting(1, 12), ciphertext: [1, 2])
                }
            _ = scene.near.author.write(
                .memberEnrolled,
                [MemberField.number: .integer(7), MemberField.form: .integer(1)],
                sealed: [sealed])
            scene.near.keys = []
            let answer = try await scene.near.sync(client)
            #expect(answer.outcomes.last?.disposition == .admitted)
            scene.near.keys = [wrong]
            try await scene.near.sync(client)
            #expect(try office.store.keyring.key(key.id) == nil)

            scene.far.keys = [key]
            let brought = try await scene.far.sync(client, pushing: false)
            #expect(brought.wantedKeys == [])
            #expect(try office.store.keyring.key(key.id) == key)
            #expect(try office.store.read { try !$0.tables.lacksKeys() })
        }
    }

    @Test("a key that nothing needs is not stored")
    func needless() async throws {
        let office = try Office()
        try await office.serve { client in
            var scene = try await Scene(office, client)
            let needless = DataKey(
                id: DataKeyID(77), subjects: [office.dana], key: counting(9, 32))
            scene.near.keys = [needless]
            try await scene.near.sync(client, pushing: false)
            #expect(try office.store.keyring.key(needless.id) == nil)
        }
    }

    @Test("keys that do not fit an answer are given in turn, one at least")
    func fitting() {
        let keys = (1...5).map {
            DataKey(id: DataKeyID($0), subjects: [Fixed.harbor], key: counting(1, 32))
        }
        let one = keys[0].wireBytesMax
        #expect(keys.fitting(3 * one).map(\.id) == keys.prefix(3).map(\.id))
        #expect(keys.fitting(-7).map(\.id) == [DataKeyID(1)])
        #expect([DataKey]().fitting(one).isEmpty)
    }
}
