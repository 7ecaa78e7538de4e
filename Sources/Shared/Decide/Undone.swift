// Decisions that an admin took back: as if they had never been made.
// Source: docs/protocol.md section 8.4. Neighbors: every decider of this folder begins with this.

extension Collection<RecordedEvent> {
    /// Without decisions that an undoing among these names, and without the undoings.
    var withoutUndone: [RecordedEvent] {
        let undone = Set(
            filter { $0.event.knownKind == .conflictUndone }
                .flatMap { $0.event.payload.sides(UndoingField.decision).map(\.leaf) })
        return filter { recorded in
            switch recorded.event.knownKind {
            case .conflictUndone: false
            case .conflictResolved: !undone.contains(recorded.leaf)
            default: true
            }
        }
    }
}
