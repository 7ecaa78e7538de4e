// A replica that writes events one after the other, for tests that need a chain of real ones.

public import Shared

public struct Author: Sendable {
    public let keys: ReplicaKeys
    public private(set) var chain: ReplicaChain
    public private(set) var written: [[UInt8]] = []
    public var worker: EntityID? = Fixed.dana
    public var home: ScopeID = .neighborhood(Fixed.harbor)
    public var now = Instant(milliseconds: 1_774_353_600_000)
    /// The ledger prefix shown to the person who acts.
    public var position = LedgerPosition.start
    public var rootTag = RootTag.start

    public init(_ keys: ReplicaKeys = Fixed.device) {
        self.keys = keys
        chain = ReplicaChain(signingKey: keys.signingPublicKey)
    }

    public var replica: ReplicaID { keys.replica }

    /// Writes the next event, having seen all of its own.
    public mutating func write(
        _ kind: Kind, subject: EntityID? = nil, _ payload: Payload, sealed: [SealedPart] = []
    ) -> Event {
        let event = Event(
            dot: Dot(replica, chain.sequence.next),
            context: CausalContext(
                position: position, rootTag: rootTag, ownSequence: chain.sequence),
            recordedAt: now, utcOffsetMinutes: 0, worker: worker, home: home, subject: subject,
            kind: kind.number, payload: payload, sealed: sealed)
        let bytes = event.encoded()
        append(bytes)
        return event
    }

    /// Adds the next event from its bytes, whatever they are.
    public mutating func append(_ bytes: [UInt8]) {
        written.append(bytes)
        chain.append(.leaf(bytes))
    }

    /// Everything written so far, as one signed run.
    public func run(community: CommunityID = Fixed.community) throws -> PushedRun {
        let message = Signed.run(community: community, replica: replica, chain: chain)
        return PushedRun(
            community: community, epoch: .first, replica: replica, first: Sequence64(1),
            chain: chain, signature: try keys.sign(message), events: written)
    }
}

extension Payload {
    public static func exchange(
        _ provider: EntityID = Fixed.ana, to recipient: EntityID = Fixed.luis,
        minutes: Int64 = 90, on date: CivilDate = day("2026-03-24"), form: HoursForm = .exchange
    ) -> Payload {
        let shares = Shares(
            providers: [Party(account: provider, minutes: Minutes(minutes))],
            recipients: [Party(account: recipient, minutes: Minutes(minutes))])
        return [
            HoursField.form: .integer(form.rawValue), HoursField.shares: .shares(shares),
            HoursField.serviceDate: .date(date),
        ]
    }

    /// A change of one field, plain.
    public static func change(_ field: FieldNumber, from old: Value?, to new: Value) -> Payload {
        var payload: Payload = [
            ChangeField.field: .integer(Int64(field.value)), ChangeField.new: new,
        ]
        payload[ChangeField.old] = old
        return payload
    }
}
