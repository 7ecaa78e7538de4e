// What a device holds along the ledger: which scopes a page brings it, and where the next change of
// them ends that page. Source: docs/protocol.md section 7.3. Neighbors: PageReader asks;
// Shared/Decide/DeviceScope has the rule.
// Invariant: between two changes of what a device holds, its pages bring the same scopes.

internal import Shared
internal import Store

struct HeldScopes {
    /// Neighborhoods by the pairing and by each change of them, with where it stands; ascending.
    private let spans: [(from: LedgerPosition, places: Set<EntityID>)]

    init(of device: DeviceState, views: Views) throws {
        let events = try views.tables.events(of: device.id)
        let paired = events.first { $0.event.subject == nil }?.event.payload
        var spans = [
            (
                from: LedgerPosition.start,
                places: Set(paired?.entities(DeviceField.neighborhoods) ?? [])
            )
        ]
        for change in events.scopeChanges {
            let places = Set(change.event.payload.entities(ScopeChangeField.neighborhoods))
            guard let position = change.observation.position, spans.last?.places != places else {
                continue
            }
            spans.append((from: position, places: places))
        }
        self.spans = spans
    }

    /// Where the device learns that it holds others, after a position; nil if it does not.
    func nextChange(after position: LedgerPosition) -> LedgerPosition? {
        spans.first { $0.from > position }?.from
    }

    /// What a page after `position` brings: what the device held there and still may have, less
    /// what it does not name. One that names no neighborhood does not know yet which are its own.
    func scopes(after position: LedgerPosition, named: [ScopeID]) -> Set<ScopeID> {
        let then = spans.last { $0.from <= position }?.places ?? []
        let now = spans.last?.places ?? []
        let may = then.intersection(now).map(ScopeID.neighborhood)
        let knows = named.contains { $0 != .community }
        return Set([.community] + (knows ? may.filter(named.contains) : may))
    }

    /// Neighborhoods that it held at any time.
    var ever: Set<ScopeID> {
        Set(spans.flatMap(\.places).map(ScopeID.neighborhood))
    }

    func mayHave(_ place: EntityID) -> Bool { spans.last?.places.contains(place) ?? false }
}
