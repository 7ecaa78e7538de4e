// Opens sealed parts for people's eyes. State never comes through here.
// Neighbors: Keyring has the keys; Views show what this opens, or say that it is closed.

public import Shared

public struct SealedReader: Sendable {
    public let keyring: Keyring
    public let community: CommunityID

    public init(keyring: Keyring, community: CommunityID) {
        self.keyring = keyring
        self.community = community
    }

    /// The sealed fields of an event; empty when the key never came or was erased.
    public func open(_ event: Event) -> Payload {
        var all = Payload()
        for part in event.sealed {
            guard let key = try? keyring.key(part.key),
                let opened = try? key.open(part, kind: event.kind, community: community)
            else { continue }
            for number in opened.numbers { all[number] = opened[number] }
        }
        return all
    }

    /// Why the author did it, in the author's words.
    public func reason(of event: Event) -> String? {
        event.knownKind?.descriptor.field(named: "reason").flatMap { open(event).text($0.number) }
    }

    /// The value that a change gave a field, wherever its kind keeps it; nil when closed or empty.
    public func value(of field: FieldNumber, changedBy event: Event) -> Value? {
        let place: FieldNumber
        switch event.knownKind {
        case .memberChanged, .hoursAmended: place = ChangeField.new
        case .conflictResolved: place = ResolutionField.value
        default: place = field
        }
        return event.payload[place] ?? open(event)[place]
    }
}
