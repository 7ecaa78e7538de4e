// An event with what is needed to decide: its hash, its place, and what it had seen.
// Neighbors: stores load these; every function in this folder takes them and nothing else.

public struct RecordedEvent: Hashable, Sendable {
    public let event: Event
    public let observation: Observation

    public init(
        event: Event, leaf: Hash, position: LedgerPosition?, contextUnknown: Bool = false
    ) {
        self.event = event
        observation = Observation(
            dot: event.dot, leaf: leaf, position: position, context: event.context,
            contextUnknown: contextUnknown, origin: event.reissued?.origin.replica)
    }

    public var leaf: Hash { observation.leaf }
    public var side: Side { Side(dot: event.dot, leaf: leaf) }
}
