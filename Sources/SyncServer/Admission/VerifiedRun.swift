// A pushed run, from the bytes of a request to events whose author is proven. Pure, and done before
// the write queue: unpacking, one signature check, decoding and hashing need no transaction.
// Neighbors: SyncRoute hands over containers; Admission decides about each event afterwards.
// Invariant: a VerifiedRun exists only for a signature of the replica's own key.

internal import Shared
internal import Store

struct VerifiedRun: Sendable {
    let replica: ReplicaID
    let first: Sequence64
    /// As signed: the chain after the last event.
    let chain: ReplicaChain
    let signature: [UInt8]
    let events: [ReceivedEvent]

    var last: Sequence64 { chain.sequence }
}

/// An event of a run: its bytes are kept whether or not they can be read.
struct ReceivedEvent: Sendable {
    let sequence: Sequence64
    let leaf: Hash
    let bytes: [UInt8]
    /// Nil: not an event, or its content breaks a limit, or it is not its author's next.
    let event: Event?
}

enum RunFault: Error, Equatable {
    case container(ContainerError)
    case anotherCommunity
    /// Outcomes name sequences only, so a request carries runs of the replica that signs it.
    case anotherReplica
    case signature
}

extension VerifiedRun {
    /// All runs of one request share the bound on unpacked bytes.
    static func verified(
        _ containers: [[UInt8]], community: CommunityID, replica: ReplicaID, signingKey: [UInt8]
    ) throws(RunFault) -> [VerifiedRun] {
        var runs: [VerifiedRun] = []
        var bytesLeft = ContainerLimits.unpackedBytesMax
        for container in containers {
            let run: PushedRun
            do {
                run = try PushedRun(unpacking: container, bytesMax: bytesLeft)
            } catch {
                throw .container(error)
            }
            bytesLeft = max(0, bytesLeft - run.unpackedBytes)
            runs.append(
                try VerifiedRun(
                    run, community: community, replica: replica, signingKey: signingKey))
        }
        return runs
    }

    private init(
        _ run: PushedRun, community: CommunityID, replica: ReplicaID, signingKey: [UInt8]
    ) throws(RunFault) {
        guard run.community == community else { throw .anotherCommunity }
        guard run.replica == replica else { throw .anotherReplica }
        let message = Signed.run(community: community, replica: replica, chain: run.chain)
        do {
            try verify(run.signature, of: message, by: signingKey)
        } catch {
            throw .signature
        }
        self.init(
            replica: replica, first: run.first, chain: run.chain, signature: run.signature,
            events: run.events.enumerated().map { index, bytes in
                ReceivedEvent(
                    bytes, as: Dot(replica, Sequence64(run.first.value + UInt64(index))))
            })
    }
}

extension ReceivedEvent {
    /// Of its sealed parts, whether or not it can be read as an event.
    var sealedKeys: [DataKeyID] {
        event?.sealed.map(\.key) ?? Event.sealedKeys(in: bytes)
    }

    init(_ bytes: [UInt8], as dot: Dot) {
        let event = try? Event(decoding: bytes)
        self.init(
            sequence: dot.sequence, leaf: .leaf(bytes), bytes: bytes,
            event: event.flatMap { $0.isAcceptable(as: dot) ? $0 : nil })
    }
}

extension Event {
    fileprivate func isAcceptable(as dot: Dot) -> Bool {
        guard self.dot == dot else { return false }
        do {
            try checkShape()
            return true
        } catch {
            return false
        }
    }
}
