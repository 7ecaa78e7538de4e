// Every outcome of a run and every reason for quarantine, as tables over the pure decider.
// Neighbors: FactsInMemory holds the town; Sources/SyncServer/Admission decides.

import Shared
import TestSupport
import Testing

@testable import Shared
@testable import SyncServer

struct AdmissionTests {
    private static func device(role: Role = .coordinator) -> DeviceState {
        DeviceState(
            id: Fixed.entity(6), replica: Fixed.device.replica,
            signingKey: Fixed.device.signingPublicKey,
            receivingKey: Fixed.device.receivingPublicKey, label: "Harbor tablet", role: role,
            workers: [Fixed.dana, Fixed.ada], neighborhoods: [Fixed.harbor], numberBlocks: [],
            revokedAfter: nil)
    }

    private func verified(
        _ author: Author, from first: Int = 1
    ) throws -> VerifiedRun {
        let run = try author.run()
        let part = PushedRun(
            community: run.community, epoch: run.epoch, replica: run.replica,
            first: Sequence64(UInt64(first)), chain: run.chain, signature: run.signature,
            events: Array(run.events.dropFirst(first - 1)))
        return try VerifiedRun.verified(
            [part.packed()], community: Fixed.community, replica: author.replica,
            signingKey: author.keys.signingPublicKey)[0]
    }

    private func dispositions(
        _ verdict: RunVerdict, sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> [Disposition] {
        guard case .events(let verdicts, _) = verdict else {
            Issue.record("not decided event by event: \(verdict)", sourceLocation: sourceLocation)
            return []
        }
        return verdicts.map(\.disposition)
    }

    // MARK: One event

    struct Case: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let expected: Disposition
        var role: Role = .coordinator
        let write: @Sendable (inout Author) -> Void
    }

    static let harbor = ScopeID.neighborhood(Fixed.harbor)

    static func shares(_ providers: [EntityID: Int64], _ recipients: [EntityID: Int64]) -> Shares {
        func parties(_ minutes: [EntityID: Int64]) -> [Party] {
            minutes.map { Party(account: $0.key, minutes: Minutes($0.value)) }
        }
        return Shares(providers: parties(providers), recipients: parties(recipients))
    }

    static func amended(_ shares: Shares) -> Payload {
        .change(HoursField.shares, from: nil, to: .shares(shares))
    }

    static let cases: [Case] = [
        Case(testDescription: "an exchange", expected: .admitted) {
            _ = $0.write(.hoursRecorded, .exchange())
        },
        Case(testDescription: "an exchange with the pot", expected: .admitted) {
            _ = $0.write(.hoursRecorded, .exchange(Fixed.ana, to: Fixed.harbor))
        },
        Case(testDescription: "an exchange with another neighborhood", expected: .admitted) {
            _ = $0.write(.hoursRecorded, .exchange(Fixed.ana, to: Fixed.noor))
        },
        Case(
            testDescription: "an amendment by a coordinator of another's entry",
            expected: .admitted
        ) {
            $0.worker = Fixed.ada
            _ = $0.write(
                .hoursAmended, subject: Fixed.entry,
                amended(shares([Fixed.ana: 60], [Fixed.luis: 60])))
        },
        Case(testDescription: "a void by a coordinator", expected: .admitted) {
            $0.worker = Fixed.ada
            _ = $0.write(.hoursVoided, subject: Fixed.entry, [:])
        },
        Case(testDescription: "no worker", expected: .quarantined(.unauthorized)) {
            $0.worker = nil
            _ = $0.write(.hoursRecorded, .exchange())
        },
        Case(testDescription: "a worker of another device", expected: .quarantined(.unauthorized)) {
            $0.worker = Fixed.mei
            _ = $0.write(.hoursRecorded, .exchange())
        },
        Case(
            testDescription: "an amendment of another device's entry by outreach",
            expected: .quarantined(.unauthorized)
        ) {
            _ = $0.write(
                .hoursAmended, subject: Fixed.entry,
                amended(shares([Fixed.ana: 60], [Fixed.luis: 60])))
        },
        Case(
            testDescription: "a coordinator on a device for outreach",
            expected: .quarantined(.unauthorized), role: .outreach
        ) {
            $0.worker = Fixed.ada
            _ = $0.write(.hoursVoided, subject: Fixed.entry, [:])
        },
        Case(
            testDescription: "an exchange on an auditor's device",
            expected: .quarantined(.unauthorized), role: .auditor
        ) {
            _ = $0.write(.hoursRecorded, .exchange())
        },
        Case(testDescription: "a kind of the server", expected: .quarantined(.unauthorized)) {
            $0.home = .community
            _ = $0.write(
                .neighborhoodDefined,
                [NeighborhoodField.name: .text("Mine"), NeighborhoodField.code: .text("ME")])
        },
        Case(testDescription: "a home it does not hold", expected: .quarantined(.outOfScope)) {
            $0.home = .neighborhood(Fixed.millHill)
            _ = $0.write(.hoursRecorded, .exchange())
        },
        Case(testDescription: "hours at home in the community", expected: .quarantined(.outOfScope))
        {
            $0.home = .community
            _ = $0.write(.hoursRecorded, .exchange())
        },
        Case(testDescription: "an unknown account", expected: .quarantined(.unknownSubject)) {
            _ = $0.write(.hoursRecorded, .exchange(Fixed.ana, to: Fixed.mei))
        },
        Case(testDescription: "a change of nobody", expected: .quarantined(.unknownSubject)) {
            _ = $0.write(
                .memberChanged, subject: Fixed.mei,
                .change(MemberField.active, from: nil, to: .flag(false)))
        },
        Case(
            testDescription: "a member's change about an entry",
            expected: .quarantined(.unknownSubject)
        ) {
            _ = $0.write(
                .memberChanged, subject: Fixed.entry,
                .change(MemberField.active, from: nil, to: .flag(false)))
        },
        Case(testDescription: "a change of a member elsewhere", expected: .quarantined(.outOfScope))
        {
            _ = $0.write(
                .memberChanged, subject: Fixed.noor,
                .change(MemberField.active, from: nil, to: .flag(false)))
        },
        Case(testDescription: "somebody brought in", expected: .quarantined(.beyondReach)) {
            $0.worker = Fixed.ada
            _ = $0.write(
                .hoursAmended, subject: Fixed.entry,
                amended(shares([Fixed.ana: 60], [Fixed.noor: 60])))
        },
        Case(testDescription: "more than a day", expected: .quarantined(.invalid)) {
            _ = $0.write(.hoursRecorded, .exchange(minutes: 1_441))
        },
        Case(testDescription: "amended to more than a day", expected: .quarantined(.invalid)) {
            $0.worker = Fixed.ada
            _ = $0.write(
                .hoursAmended, subject: Fixed.entry,
                amended(shares([Fixed.ana: 1_441], [Fixed.luis: 1_441])))
        },
        Case(testDescription: "minutes that do not sum", expected: .quarantined(.invalid)) {
            _ = $0.write(
                .hoursRecorded,
                [
                    HoursField.form: .integer(1), HoursField.serviceDate: .date(day("2026-03-24")),
                    HoursField.shares: .shares(shares([Fixed.ana: 60], [Fixed.luis: 90])),
                ])
        },
        Case(testDescription: "a missing date", expected: .quarantined(.invalid)) {
            _ = $0.write(
                .hoursRecorded,
                [
                    HoursField.form: .integer(1),
                    HoursField.shares: .shares(shares([Fixed.ana: 60], [Fixed.luis: 60])),
                ])
        },
    ]

    @Test("what is admitted and what is quarantined", arguments: cases)
    func outcome(_ example: Case) throws {
        var author = Author()
        example.write(&author)
        var admission = Admission(facts: FactsInMemory.town)
        let verdict = try admission.decide(
            try verified(author), device: Self.device(role: example.role))
        #expect(try dispositions(verdict) == [example.expected])
    }

    @Test("an outreach worker may amend what the same device recorded, in the same run")
    func amendsOwn() throws {
        var author = Author()
        let entry = author.write(.hoursRecorded, .exchange())
        _ = author.write(
            .hoursAmended, subject: entry.entity,
            Self.amended(Self.shares([Fixed.ana: 60], [Fixed.luis: 60])))
        _ = author.write(.hoursVoided, subject: entry.entity, [:])
        var admission = Admission(facts: FactsInMemory.town)
        let verdict = try admission.decide(try verified(author), device: Self.device())
        #expect(try dispositions(verdict) == [.admitted, .admitted, .admitted])
    }

    @Test("reach is the home and the homes of all accounts, and an amendment has its entry's")
    func reach() throws {
        var author = Author()
        let entry = author.write(.hoursRecorded, .exchange(Fixed.ana, to: Fixed.noor))
        _ = author.write(
            .hoursAmended, subject: entry.entity,
            Self.amended(Self.shares([Fixed.noor: 60], [Fixed.luis: 60])))
        _ = author.write(.hoursRecorded, .exchange(Fixed.ana, to: Fixed.millHill))
        var admission = Admission(facts: FactsInMemory.town)
        let verdict = try admission.decide(try verified(author), device: Self.device())
        guard case .events(let verdicts, _) = verdict else { return #expect(Bool(false)) }
        let both = [Self.harbor, .neighborhood(Fixed.millHill)]
        #expect(verdicts.map(\.action) == Array(repeating: .admit(reach: both), count: 3))
    }

    // MARK: Runs

    @Test("32: one bad event among thousands has its own outcome; the rest go through")
    func oneBadAmongThousands() throws {
        var author = Author()
        for index in 1...2_000 {
            author.worker = index == 1_000 ? Fixed.mei : Fixed.dana
            _ = author.write(.hoursRecorded, .exchange())
        }
        var admission = Admission(facts: FactsInMemory.town)
        let verdict = try admission.decide(try verified(author), device: Self.device())
        let all = try dispositions(verdict)
        #expect(all.count { $0 == .admitted } == 1_999)
        #expect(all[999] == .quarantined(.unauthorized))
        guard case .events(_, let head) = verdict else { return }
        #expect(head == author.chain)
    }

    @Test("bytes that are no event are quarantined and the chain goes on")
    func garbage() throws {
        let keys = Fixed.device
        let events: [[UInt8]] = [[0xFF, 0xFF], Array(repeating: 1, count: 70_000)]
        var chain = ReplicaChain(signingKey: keys.signingPublicKey)
        for bytes in events { chain.append(.leaf(bytes)) }
        let message = Signed.run(
            community: Fixed.community, replica: keys.replica, chain: chain)
        let run = PushedRun(
            community: Fixed.community, epoch: .first, replica: keys.replica,
            first: Sequence64(1), chain: chain, signature: try keys.sign(message), events: events)
        let verified = try VerifiedRun.verified(
            [run.packed()], community: Fixed.community, replica: keys.replica,
            signingKey: keys.signingPublicKey)
        var admission = Admission(facts: FactsInMemory.town)
        let verdict = try admission.decide(verified[0], device: Self.device())
        let invalid = Disposition.quarantined(.invalid)
        #expect(try dispositions(verdict) == [invalid, invalid])
    }

    @Test("a kind that this build does not know is admitted at home, inert")
    func unknownKind() throws {
        var author = Author()
        _ = author.write(.hoursRecorded, .exchange())
        var event = try Event(decoding: author.written[0])
        event.kind = KindNumber(900)
        let keys = Fixed.device
        let bytes = event.encoded()
        var chain = ReplicaChain(signingKey: keys.signingPublicKey)
        chain.append(.leaf(bytes))
        let received = VerifiedRun(
            replica: keys.replica, first: Sequence64(1), chain: chain, signature: [],
            events: [ReceivedEvent(bytes, as: event.dot)])
        var admission = Admission(facts: FactsInMemory.town)
        let verdict = try admission.decide(received, device: Self.device())
        guard case .events(let verdicts, _) = verdict else { return #expect(Bool(false)) }
        #expect(verdicts.map(\.action) == [.admit(reach: [Self.harbor])])
    }

    @Test("18: an unknown kind about something that cannot exist is quarantined")
    func impossibleSubject() throws {
        var author = Author()
        _ = author.write(.hoursRecorded, .exchange())
        var event = try Event(decoding: author.written[0])
        event.kind = KindNumber(900)
        event.subject = EntityID(Dot(Fixed.replica(9), Sequence64(Limits.countMax)))
        let bytes = event.encoded()
        var chain = ReplicaChain(signingKey: Fixed.device.signingPublicKey)
        chain.append(.leaf(bytes))
        let received = VerifiedRun(
            replica: event.dot.replica, first: Sequence64(1), chain: chain, signature: [],
            events: [ReceivedEvent(bytes, as: event.dot)])
        var admission = Admission(facts: FactsInMemory.town)
        let verdict = try admission.decide(received, device: Self.device())
        #expect(try dispositions(verdict) == [.quarantined(.invalid)])
    }

    @Test("19: a gap is held, nothing stored")
    func gap() throws {
        var author = Author()
        for _ in 1...3 { _ = author.write(.hoursRecorded, .exchange()) }
        var admission = Admission(facts: FactsInMemory.town)
        let verdict = try admission.decide(try verified(author, from: 3), device: Self.device())
        #expect(verdict == .held(after: .none))
    }

    /// The town, with `count` events of the author in the ledger already.
    private func town(holding author: Author, count: Int) -> FactsInMemory {
        var facts = FactsInMemory.town
        var chain = ReplicaChain(signingKey: author.keys.signingPublicKey)
        for (index, bytes) in author.written.prefix(count).enumerated() {
            chain.append(.leaf(bytes))
            facts.events[Dot(author.replica, Sequence64(UInt64(index + 1)))] = PossessedEvent(
                leaf: .leaf(bytes), quarantined: index == 0 ? .unauthorized : nil)
        }
        facts.heads[author.replica] = chain
        return facts
    }

    @Test("6: what is possessed keeps its outcome, what is new goes on from there")
    func overlap() throws {
        var author = Author()
        for _ in 1...3 { _ = author.write(.hoursRecorded, .exchange()) }
        var admission = Admission(facts: town(holding: author, count: 2))
        let verdict = try admission.decide(try verified(author), device: Self.device())
        #expect(
            try dispositions(verdict) == [.quarantined(.unauthorized), .duplicate, .admitted])
    }

    @Test("other content under the same sequences is diverged, nothing stored")
    func diverged() throws {
        var author = Author()
        for _ in 1...3 { _ = author.write(.hoursRecorded, .exchange()) }
        var other = Author()
        _ = other.write(.hoursRecorded, .exchange())
        for _ in 2...4 { _ = other.write(.hoursRecorded, .exchange(minutes: 30)) }
        let facts = town(holding: author, count: 3)
        var admission = Admission(facts: facts)
        #expect(
            try admission.decide(try verified(other), device: Self.device())
                == .diverged(common: Sequence64(1), sign: .event))
        #expect(
            try admission.decide(try verified(other, from: 4), device: Self.device())
                == .diverged(common: .none, sign: .chain))
    }

    // MARK: Before the queue

    @Test("20: a run for another community, by another replica or key is refused whole")
    func refusedRuns() throws {
        var author = Author()
        _ = author.write(.hoursRecorded, .exchange())
        let run = try author.run()
        let packed = run.packed()
        let key = author.keys.signingPublicKey
        let elsewhere = CommunityID(ledgerKey: counting(0x77, 32))
        func verify(
            _ bytes: [UInt8], _ community: CommunityID, _ replica: ReplicaID, _ key: [UInt8]
        ) -> RunFault? {
            do throws(RunFault) {
                _ = try VerifiedRun.verified(
                    [bytes], community: community, replica: replica, signingKey: key)
                return nil
            } catch {
                return error
            }
        }
        #expect(verify(packed, Fixed.community, author.replica, key) == nil)
        #expect(verify(packed, elsewhere, author.replica, key) == .anotherCommunity)
        #expect(verify(packed, Fixed.community, Fixed.replica(1), key) == .anotherReplica)
        #expect(
            verify(packed, Fixed.community, author.replica, Fixed.ledger.signingPublicKey)
                == .signature)
        #expect(
            verify([1, 2, 3], Fixed.community, author.replica, key)
                == .container(.notAContainer))
    }
}
