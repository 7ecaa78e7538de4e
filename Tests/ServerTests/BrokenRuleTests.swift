// Every rule of docs/protocol.md that an event can break, broken one at a time by a hand-made event
// in the middle of a run: its own outcome, the rest goes through, the next sync is well.
// Neighbors: BrokenRequestTests breaks the rules of requests; Shared's LimitTests walks every
// field's limits; AdmissionTests asks the pure decider.

import HummingbirdTesting
import Shared
import Store
import TestSupport
import Testing

@testable import SyncServer

@Suite("Broken rules of events") struct BrokenRuleTests {
    /// What stands around the broken event.
    struct Scene {
        var device: FieldDevice
        /// Members of Harbor and an exchange between them, in the same run before the broken event.
        let ana: EntityID
        let luis: EntityID
        let entry: EntityID
        /// Of Mill Hill, in the ledger.
        let noor: EntityID

        /// The next event of the device, altered.
        func next(
            _ kind: Kind = .hoursRecorded, subject: EntityID? = nil, _ payload: Payload? = nil,
            _ alter: (inout Event) -> Void = { _ in }
        ) -> [UInt8] {
            let author = device.author
            var event = Event(
                dot: Dot(author.replica, author.chain.sequence.next),
                context: CausalContext(
                    position: author.position, rootTag: author.rootTag,
                    ownSequence: author.chain.sequence),
                recordedAt: author.now, utcOffsetMinutes: 0, worker: author.worker,
                home: author.home, subject: subject, kind: kind.number,
                payload: payload ?? .exchange(ana, to: luis, minutes: 33))
            alter(&event)
            return event.encoded()
        }
    }

    struct Case: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let expected: Disposition
        let bytes: @Sendable (Scene) -> [UInt8]

        init(
            _ name: String, _ expected: Disposition, _ bytes: @escaping @Sendable (Scene) -> [UInt8]
        ) {
            testDescription = name
            self.expected = expected
            self.bytes = bytes
        }
    }

    // MARK: Who, and where it belongs

    static let places: [Case] = [
        Case("a home that the device does not hold", .quarantined(.outOfScope)) { scene in
            scene.next { $0.home = .neighborhood(scene.device.office.millHill) }
        },
        Case("hours at home in the community", .quarantined(.outOfScope)) { scene in
            scene.next { $0.home = .community }
        },
        Case("another home than its entry's", .quarantined(.unknownSubject)) { scene in
            scene.next(.hoursVoided, subject: scene.device.office.harbor, [:])
        },
        Case("an amendment that brings in somebody from beyond", .quarantined(.beyondReach)) {
            scene in
            let shares = Payload.exchange(scene.ana, to: scene.noor).shares(HoursField.shares)
            return scene.next(
                .hoursAmended, subject: scene.entry,
                .change(HoursField.shares, from: nil, to: shares.map(Value.shares) ?? .flag(true)))
        },
        Case("a confirmation by somebody beyond reach", .quarantined(.beyondReach)) { scene in
            scene.next(
                .hoursConfirmed, subject: scene.entry,
                [TestimonyField.party: .entity(scene.noor)])
        },
        Case("no worker", .quarantined(.unauthorized)) { scene in
            scene.next { $0.worker = nil }
        },
        Case("a worker who is not one of the device's", .quarantined(.unauthorized)) { scene in
            scene.next { $0.worker = scene.device.office.ada }
        },
        Case("a kind that only the office writes", .quarantined(.unauthorized)) { scene in
            scene.next(.conflictResolved, subject: scene.entry, Self.decision) {
                $0.context = CausalContext(
                    position: .start, rootTag: .start, ownSequence: .none)
            }
        },
        Case("a grant by a device", .quarantined(.unauthorized)) { scene in
            scene.next(
                .hoursRecorded,
                .exchange(scene.device.office.harbor, to: scene.ana, form: .grant))
        },
        Case("about an entry that nobody has", .quarantined(.unknownSubject)) { scene in
            scene.next(
                .hoursVoided, subject: EntityID(Dot(Fixed.replica(9), Sequence64(1))), [:])
        },
        Case("an account that nobody has", .quarantined(.unknownSubject)) { scene in
            scene.next(
                .hoursRecorded,
                .exchange(scene.ana, to: EntityID(Dot(Fixed.replica(9), Sequence64(1)))))
        },
    ]

    private static let decision: Payload = [
        ResolutionField.conflict: .integer(ConflictKind.amend.rawValue),
        ResolutionField.sides: .sides([
            Side(dot: Dot(Fixed.replica(9), Sequence64(1)), leaf: .zero)
        ]), ResolutionField.choice: .integer(Choice.void.rawValue),
    ]

    // MARK: Bytes, names and sizes

    static let shapes: [Case] = [
        Case("bytes that are no message", .quarantined(.invalid)) { _ in [0xFF, 0xFF, 0xFF] },
        Case("no bytes", .quarantined(.invalid)) { _ in [] },
        Case("another place in the sequence", .quarantined(.invalid)) { scene in
            scene.next { $0.dot = Dot($0.dot.replica, $0.dot.sequence.next) }
        },
        Case("another replica's name", .quarantined(.invalid)) { scene in
            scene.next { $0.dot = Dot(Fixed.replica(9), $0.dot.sequence) }
        },
        Case("60,000 bytes", .admitted) { padded($0.next(), to: Event.byteCountMax) },
        Case("60,001 bytes", .quarantined(.invalid)) {
            padded($0.next(), to: Event.byteCountMax + 1)
        },
        Case("an import key of 15 bytes", .quarantined(.invalid)) {
            $0.next() + Raw.bytes(15, counting(1, 15))
        },
        Case("a nonce of 11 bytes", .quarantined(.invalid)) {
            $0.next() + Raw.bytes(13, Raw.bytes(2, counting(1, 11)))
        },
        Case("a field that this build does not know", .admitted) {
            $0.next() + Raw.bytes(900, counting(1, 4))
        },
        Case("a kind that this build does not know", .admitted) { scene in
            scene.next { $0.kind = KindNumber(40_000) }
        },
        Case("a newer schema", .admitted) { scene in scene.next { $0.schema = 99 } },
        Case("a subject on a creating kind", .quarantined(.invalid)) { scene in
            scene.next { $0.subject = scene.entry }
        },
        Case("no subject on a changing kind", .quarantined(.invalid)) {
            $0.next(.hoursVoided, [:])
        },
        Case("the plain text of a sealed field", .quarantined(.invalid)) { scene in
            scene.next { $0.payload[HoursField.description] = .text("walk") }
        },
        Case("sealed under a key that never came", .admitted) { scene in
            scene.next {
                $0.sealed = [
                    SealedPart(
                        key: DataKeyID(77), nonce: counting(0, 12), ciphertext: counting(0, 20))
                ]
            }
        },
        Case("0 minutes", .quarantined(.invalid)) { scene in
            scene.next(.hoursRecorded, .exchange(scene.ana, to: scene.luis, minutes: 0))
        },
        Case("1,441 minutes", .quarantined(.invalid)) { scene in
            scene.next(.hoursRecorded, .exchange(scene.ana, to: scene.luis, minutes: 1_441))
        },
        Case("somebody who gives and receives", .quarantined(.invalid)) { scene in
            scene.next(.hoursRecorded, .exchange(scene.ana, to: scene.ana))
        },
        Case("a tag of 41 letters", .quarantined(.invalid)) { scene in
            scene.next {
                $0.payload[HoursField.category] = .text(String(repeating: "a", count: 41))
            }
        },
        Case("a date far ahead", .admitted) { scene in
            scene.next { $0.payload[HoursField.serviceDate] = .date(day("2199-12-31")) }
        },
        Case("a clock of the year 2009", .admitted) { scene in
            scene.next { $0.recordedAt = Instant(milliseconds: 1_230_768_000_000) }
        },
    ]

    // MARK: Contexts

    static let contexts: [Case] = [
        Case("a context of the future", .admitted) { scene in
            scene.next { $0.context = Self.context(position: 1_000_000, tag: RootTag(of: .zero)) }
        },
        Case("a context of another history", .admitted) { scene in
            scene.next { $0.context = Self.context(position: 1, tag: RootTag(of: .zero)) }
        },
        Case("having seen own events that are not there", .admitted) { scene in
            scene.next {
                $0.context = CausalContext(
                    position: .start, rootTag: .start, ownSequence: Sequence64(1_000_000))
            }
        },
        Case("1,000 extras", .admitted) { scene in
            scene.next { $0.context = Self.context(position: 0, tag: .start, extras: 1_000) }
        },
        Case("1,001 extras", .quarantined(.invalid)) { scene in
            scene.next { $0.context = Self.context(position: 0, tag: .start, extras: 1_001) }
        },
        Case("a root tag of 3 bytes", .quarantined(.invalid)) {
            $0.next() + Raw.bytes(3, Raw.bytes(2, counting(1, 3)))
        },
        Case("a position beyond 2⁵³", .quarantined(.invalid)) {
            $0.next() + Raw.bytes(3, Raw.number(1, Limits.countMax + 1))
        },
    ]

    private static func context(
        position: UInt64, tag: RootTag, extras: UInt64 = 0
    ) -> CausalContext {
        CausalContext(
            position: LedgerPosition(position), rootTag: tag, ownSequence: .none,
            extras: (0..<extras).map { Dot(Fixed.replica(9), Sequence64($0 + 1)) })
    }

    // MARK: What happens

    @Test("has the outcome of its own", arguments: places + shapes + contexts)
    func oneBrokenRule(_ example: Case) async throws {
        let office = try Office()
        try await office.serve { client in
            var scene = try await Self.scene(office, client)
            scene.device.author.append(example.bytes(scene))
            _ = scene.device.author.write(
                .hoursRecorded, .exchange(scene.luis, to: scene.ana, minutes: 44))
            let outcomes = try await scene.device.sync(client, first: 1).outcomes
            let expected = Outcome.ranges(
                (1...5).map { number in
                    (Sequence64(number), number == 4 ? example.expected : .admitted)
                })
            #expect(outcomes == expected)
            try await Self.isWell(after: &scene, client)
        }
        let balances = try office.store.read { try $0.balances() }
        #expect(balances.reduce(0) { $0 + $1.balance } == 0)
        #expect(try office.store.verified().differing.isEmpty)
    }

    /// Mill Hill has a member; the device of Harbor has written two and an exchange, sent none.
    private static func scene(
        _ office: Office, _ client: any TestClientProtocol
    ) async throws -> Scene {
        var elsewhere = FieldDevice(office, number: 3, homes: [office.millHill])
        try await elsewhere.pair(client)
        let noor = try elsewhere.enroll("Noor", number: 1)
        try await elsewhere.sync(client)
        var device = FieldDevice(office, number: 1)
        try await device.pair(client)
        try await device.sync(client)
        let ana = try device.enroll("Ana", number: 1)
        let luis = try device.enroll("Luis", number: 2)
        let entry = device.author.write(.hoursRecorded, .exchange(ana, to: luis)).entity
        return Scene(device: device, ana: ana, luis: luis, entry: entry, noor: noor)
    }

    /// The same again changes nothing, what comes after is admitted, and another device of the
    /// neighborhood gets all that was admitted.
    private static func isWell(
        after scene: inout Scene, _ client: any TestClientProtocol
    ) async throws {
        let office = scene.device.office
        let before = try office.store.read { $0.position }
        let again = try await scene.device.sync(client)
        #expect(try office.store.read { $0.position } == before)
        #expect(
            again.outcomes.allSatisfy { outcome in
                if case .quarantined = outcome.disposition { return true }
                return outcome.disposition == .duplicate
            })
        _ = scene.device.author.write(
            .hoursRecorded, .exchange(scene.ana, to: scene.luis, minutes: 55))
        let next = try await scene.device.sync(client, first: 6)
        #expect(next.outcomes.map(\.disposition) == [.admitted])
        var other = FieldDevice(office, number: 2)
        try await other.pair(client)
        try await other.sync(client)
        #expect(other.cursor == (try office.store.read { $0.position }))
    }
}

/// The event with a field that no reader knows, so that it has exactly so many bytes.
private func padded(_ event: [UInt8], to count: Int) -> [UInt8] {
    // Key and length of the field take five bytes for any filling of this size.
    event + Raw.bytes(900, [UInt8](repeating: 7, count: count - event.count - 5))
}
