// Exchanges as a device writes them, with what signs and seals them: the same in every run.
// Neighbors: CostsMain measures with it; TestSupport has the keys.

internal import Shared
internal import TestSupport

struct Material {
    let count: Int
    /// Serialized, their notes sealed, in the order of their chain.
    private(set) var events: [[UInt8]] = []
    private let note = "shopping at the market, and a walk by the river"

    init(count: Int) throws {
        self.count = count
        events = try bytes(sealing: true)
    }

    // MARK: On the device

    func bytes(sealing: Bool) throws -> [[UInt8]] {
        try (1...count).map { try event(number: $0, sealing: sealing).encoded() }
    }

    private func event(number: Int, sealing: Bool) throws -> Event {
        let payload = Payload.exchange(minutes: Int64(1 + number % 90), on: date(number))
        return Event(
            dot: Dot(Fixed.device.replica, Sequence64(UInt64(number))),
            context: CausalContext(
                position: .start, rootTag: .start, ownSequence: Sequence64(UInt64(number - 1))),
            recordedAt: Instant(milliseconds: 1_774_353_600_000 + Int64(number) * 60_000),
            utcOffsetMinutes: 60, worker: Fixed.dana, home: .neighborhood(Fixed.harbor),
            subject: nil, kind: Kind.hoursRecorded.number, payload: payload,
            sealed: sealing ? [try sealedNote(number)] : [])
    }

    /// Another one for each number below 8,400.
    private func date(_ number: Int) -> CivilDate {
        let (years, rest) = (number % 8_400).quotientAndRemainder(dividingBy: 336)
        return CivilDate(year: 2000 + years, month: rest / 28 + 1, day: rest % 28 + 1)
            ?? day("2026-03-24")
    }

    private func sealedNote(_ number: Int) throws -> SealedPart {
        let nonce = Array(UInt64(number).bigEndianBytes) + [0, 0, 0, 0]
        return try Fixed.dataKey.seal(
            [HoursField.description: .text(note)], kind: Kind.hoursRecorded.number,
            community: Fixed.community, nonce: nonce)
    }

    // MARK: Runs

    func runs() throws -> [(message: [UInt8], signature: [UInt8])] {
        var chain = ReplicaChain(signingKey: Fixed.device.signingPublicKey)
        var runs: [(message: [UInt8], signature: [UInt8])] = []
        for bytes in events {
            chain.append(.leaf(bytes))
            guard chain.sequence.value.isMultiple(of: UInt64(Costs.batchEvents)) else { continue }
            let message = Signed.run(
                community: Fixed.community, replica: Fixed.device.replica, chain: chain)
            runs.append((message, try Fixed.device.sign(message)))
        }
        return runs
    }

    func verify(_ run: (message: [UInt8], signature: [UInt8])) throws {
        try Shared.verify(
            run.signature, of: run.message, by: Fixed.device.signingPublicKey)
    }

    // MARK: Checkpoints

    /// In turn of the ledger and of a neighborhood.
    func notes(count: Int) throws -> [Checkpoint] {
        (0..<count).map { number in
            let root = Hash.of(UInt64(number).bigEndianBytes)
            let size = UInt64(number + 1)
            let tree: Checkpoint.Tree =
                number.isMultiple(of: 2)
                ? .ledger
                : .scope(.neighborhood(Fixed.harbor), ledgerSize: size, ledgerRoot: root)
            return Checkpoint(community: Fixed.community, tree: tree, size: size, root: root)
        }
    }

    func sign(_ checkpoint: Checkpoint) throws -> SignedCheckpoint {
        try SignedCheckpoint(checkpoint, signedBy: Fixed.ledger)
    }

    func check(_ signed: SignedCheckpoint) throws {
        _ = try SignedCheckpoint(
            verifying: signed.note, community: Fixed.community,
            ledgerKey: Fixed.ledger.signingPublicKey, scopes: [.neighborhood(Fixed.harbor)])
    }
}
