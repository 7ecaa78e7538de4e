// What a command would say that the book says already: then nothing is recorded. Pure of typing.
// Neighbors: the commands that change and confirm ask before they make drafts.
// Invariant: what settles or reopens something is never taken for a repetition.

internal import Shared
internal import Store

extension LocalBook {
    /// Whether a field shows this value already and nobody disputes it.
    func says(_ new: Value, of field: FieldNumber, in fields: FieldStates) throws -> Bool {
        try fields[field]?.isConflict == false && shownValue(of: field, in: fields) == new
    }

    /// Whether this worker has said the same of the entry, and it still holds as it was said.
    func hasSaid(
        _ kind: Kind, _ values: Payload, of entry: HoursState, by worker: EntityID
    ) throws -> Bool {
        let other = values.entity(TestimonyField.other)
        let about = try [entry.id, other].compactMap(\.self).flatMap { try tables.events(of: $0) }
        let mine = about.filter { said in
            said.event.knownKind == kind && said.event.worker == worker
                && said.event.isAbout(entry.id, values)
                && gives(said.event, values.text(TestimonyField.reason))
        }
        return try mine.contains { try holds($0, of: entry) }
    }

    /// A reason that was not given before is worth recording.
    private func gives(_ event: Event, _ reason: String?) -> Bool {
        reason == nil || views.reason(of: event) == reason
    }

    private func holds(_ said: RecordedEvent, of entry: HoursState) throws -> Bool {
        switch said.event.knownKind {
        case .hoursDisputed?: return entry.disputes.contains(said.side)
        case .hoursConfirmed?:
            guard let party = said.event.payload.entity(TestimonyField.party) else { return false }
            let disputers = try entry.disputes.map {
                try tables.event($0.dot)?.event.payload.entity(TestimonyField.party)
            }
            return entry.confirmedBy.contains(party) && !disputers.contains(party)
                && entry.moves.allSatisfy { said.observation.covers($0) }
        case .hoursMarkedSame?, .hoursMarkedDistinct?:
            let far =
                said.event.entity == entry.id
                ? said.event.payload.entity(TestimonyField.other) : said.event.entity
            guard let far, case .hours(let other)? = try views.state(of: far) else { return false }
            return entry.isMarkedSame(as: other) == (said.event.knownKind == .hoursMarkedSame)
        default: return false
        }
    }
}

extension Event {
    /// Says it of the entry and the party, or of the two entries in whichever order.
    fileprivate func isAbout(_ entry: EntityID, _ values: Payload) -> Bool {
        guard let other = values.entity(TestimonyField.other) else {
            return entity == entry
                && payload.entity(TestimonyField.party) == values.entity(TestimonyField.party)
        }
        return Set([entity, payload.entity(TestimonyField.other)]) == [entry, other]
    }
}
