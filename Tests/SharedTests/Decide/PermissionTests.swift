// Who may write what, and where it is delivered: the table that device and server share.

import Shared
import TestSupport
import Testing

@Suite struct PermissionTests {
    private static let orchard = Fixed.entity(4)
    private static let home = ScopeID.neighborhood(Fixed.harbor)
    private static let elsewhere = ScopeID.neighborhood(orchard)
    /// Recorded on the device of the tests, and on another one.
    private static let own = EntityID(Dot(Fixed.device.replica, Sequence64(7)))
    private static let foreign = EntityID(Dot(Fixed.replica(0xC0), Sequence64(7)))

    private static let question = Fixed.entity(20)
    private static let questionElsewhere = Fixed.entity(21)

    private static let known: [EntityID: EntityFacts] = [
        Fixed.harbor: facts(.neighborhood, .community), orchard: facts(.neighborhood, .community),
        Fixed.ana: facts(.member, home), Fixed.luis: facts(.member, home),
        Fixed.mei: facts(.member, elsewhere), own: facts(.hours, home),
        foreign: facts(.hours, home), question: facts(.question, home),
        questionElsewhere: facts(.question, elsewhere),
    ]

    private static func facts(_ family: Family, _ home: ScopeID) -> EntityFacts {
        EntityFacts(
            family: family, home: home, reach: [home], form: family == .hours ? .exchange : nil)
    }

    private func outcome(
        _ kind: Kind, _ payload: Payload, subject: EntityID? = nil, home: ScopeID = home,
        device: Role = .outreach, worker: Role? = .outreach, by author: EntityID = Fixed.dana
    ) throws -> Result<[ScopeID], QuarantineReason> {
        var writer = Author()
        writer.home = home
        writer.worker = author
        let permission = Permission(
            device: try paired(role: device), workerRole: worker, entity: { Self.known[$0] })
        do {
            return .success(
                try permission.reach(of: writer.write(kind, subject: subject, payload)))
        } catch let reason as QuarantineReason {
            return .failure(reason)
        }
    }

    private func paired(role: Role) throws -> DeviceState {
        let keys = Fixed.device
        let event = Event(
            dot: Dot(Fixed.server, Sequence64(9)),
            context: CausalContext(position: .start, rootTag: .start, ownSequence: .none),
            recordedAt: Instant(milliseconds: 0), utcOffsetMinutes: 0, worker: nil,
            home: .community, subject: nil, kind: Kind.devicePaired.number,
            payload: [
                DeviceField.signingKey: .data(keys.signingPublicKey),
                DeviceField.workers: .entities([Fixed.dana]),
                DeviceField.neighborhoods: .entities([Fixed.harbor]),
                DeviceField.role: .integer(role.rawValue),
            ])
        let recorded = RecordedEvent(event: event, leaf: .leaf(event.encoded()), position: nil)
        guard case .device(let state)? = decideEntity([recorded]) else {
            throw QuarantineReason.invalid
        }
        return state
    }

    @Test func anExchangeReachesItsHomeAndTheHomesOfAllItNames() throws {
        #expect(try outcome(.hoursRecorded, .exchange()) == .success([Self.home]))
        let across = try outcome(.hoursRecorded, .exchange(Fixed.ana, to: Fixed.mei))
        #expect(across == .success([Self.home, Self.elsewhere].sorted()))
        let pot = try outcome(.hoursRecorded, .exchange(Fixed.ana, to: Self.orchard))
        #expect(pot == .success([Self.home, Self.elsewhere].sorted()))
    }

    @Test func anAmendmentBringsNobodyInFromElsewhere() throws {
        let shares = Payload.exchange(Fixed.ana, to: Fixed.mei).shares(HoursField.shares)
        let change = Payload.change(HoursField.shares, from: nil, to: .shares(try #require(shares)))
        #expect(
            try outcome(.hoursAmended, change, subject: Self.own) == .failure(.beyondReach))
    }

    @Test func outreachWorkersAmendWhatTheirDeviceRecordedCoordinatorsEverything() throws {
        let change = Payload.change(HoursField.category, from: nil, to: .text("food"))
        let here = try outcome(.hoursAmended, change, subject: Self.own)
        let there = try outcome(.hoursAmended, change, subject: Self.foreign)
        #expect(here == .success([Self.home]))
        #expect(there == .failure(.unauthorized))
        #expect(
            try outcome(
                .hoursAmended, change, subject: Self.foreign, device: .coordinator,
                worker: .coordinator) == .success([Self.home]))
    }

    @Test func theLesserOfTheDevicesAndTheWorkersRoleDecides() throws {
        let change = Payload.change(HoursField.category, from: nil, to: .text("food"))
        for (device, worker) in [(Role.outreach, Role.admin), (.admin, .outreach)] {
            let outcome = try outcome(
                .hoursAmended, change, subject: Self.foreign, device: device, worker: worker)
            #expect(outcome == .failure(.unauthorized))
        }
    }

    @Test(arguments: Kind.allCases)
    func anAuditorWritesNothing(kind: Kind) throws {
        let subject = kind.descriptor.creates == nil ? Self.own : nil
        for (device, worker) in [(Role.auditor, Role.admin), (.admin, .auditor)] {
            let outcome = try outcome(
                kind, .exchange(), subject: subject, device: device, worker: worker)
            #expect(outcome == .failure(.unauthorized))
        }
    }

    @Test func anAuditorWritesNothingOfAKindThatIsNotKnownEither() throws {
        var writer = Author()
        writer.home = Self.home
        let event = writer.write(.hoursRecorded, .exchange()).withUnknownKind
        for (role, isAllowed) in [(Role.auditor, false), (.outreach, true)] {
            let permission = Permission(
                device: try paired(role: .admin), workerRole: role, entity: { Self.known[$0] })
            #expect((try? permission.reach(of: event)) == (isAllowed ? [Self.home] : nil))
        }
    }

    @Test func rolesAscendWhateverTheirNumbersAndOneThatIsNotKnownIsTheLeast() throws {
        #expect(Role.allCases == Role.allCases.sorted())
        #expect(Role.allCases.map(\.rawValue) == [4, 1, 2, 3], "numbers are frozen")
        var story = Story()
        let worker = story.write(
            .workerRegistered, by: 0, seen: 0, [WorkerField.role: .integer(99)]
        ).event.entity
        guard case .worker(let state)? = decideEntity(story.events(about: worker)) else {
            Issue.record("no worker")
            return
        }
        #expect(state.role == .auditor)
    }

    @Test func whatTheDeviceDoesNotHoldIsOutOfItsScope() throws {
        let outcome = try outcome(.hoursRecorded, .exchange(), home: Self.elsewhere)
        #expect(outcome == .failure(.outOfScope))
    }

    @Test func strangersAndTheServersOwnKindsAreRefused() throws {
        #expect(
            try outcome(.hoursRecorded, .exchange(), by: Fixed.mei) == .failure(.unauthorized))
        #expect(
            try outcome(.hoursRecorded, .exchange(), worker: nil) == .failure(.unauthorized))
        #expect(
            try outcome(.conflictResolved, [:], subject: Self.own, device: .admin, worker: .admin)
                == .failure(.unauthorized))
    }

    @Test func whoeverRecordsAnswersQuestionsOfTheirScopesAndOnlyTheOfficeAsks() throws {
        let answer: Payload = [ReplyField.answer: .integer(Answer.neither.rawValue)]
        #expect(
            try outcome(.conflictReplied, answer, subject: Self.question) == .success([Self.home]))
        #expect(
            try outcome(
                .conflictReplied, answer, subject: Self.questionElsewhere, home: Self.elsewhere)
                == .failure(.outOfScope))
        for subject in [Self.own, Fixed.ana, Fixed.entity(99)] {
            #expect(
                try outcome(.conflictReplied, answer, subject: subject)
                    == .failure(.unknownSubject))
        }
        #expect(
            try outcome(.conflictAsked, [:], device: .admin, worker: .admin)
                == .failure(.unauthorized))
    }

    @Test func unknownMembersAndEntriesAreNamedAsSuch() throws {
        let nobody = Fixed.entity(99)
        #expect(
            try outcome(.hoursRecorded, .exchange(nobody, to: Fixed.luis))
                == .failure(.unknownSubject))
        let void = try outcome(
            .hoursVoided, [:], subject: nobody, device: .coordinator, worker: .coordinator)
        #expect(void == .failure(.unknownSubject))
    }

    @Test func anAmendmentKeepsTheLimitsOfTheEntrysForm() throws {
        let long = Payload.exchange(minutes: 1_441).shares(HoursField.shares)
        let change = Payload.change(HoursField.shares, from: nil, to: .shares(try #require(long)))
        #expect(try outcome(.hoursAmended, change, subject: Self.own) == .failure(.invalid))
    }
}

extension Event {
    fileprivate var withUnknownKind: Event {
        Event(
            dot: dot, context: context, recordedAt: recordedAt,
            utcOffsetMinutes: utcOffsetMinutes, worker: worker, home: home, subject: subject,
            kind: KindNumber(65_000), payload: payload)
    }
}
