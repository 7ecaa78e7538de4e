// The value a field shows now, sealed or plain: what a change says it replaces.
// Neighbors: commands that change, Store's SealedReader.

internal import Shared
internal import Store

extension LocalBook {
    /// Nil when the field is empty or cannot be read here.
    func shownValue(of field: FieldNumber, in fields: FieldStates) throws -> Value? {
        guard let state = fields[field] else { return nil }
        switch state.shown.content {
        case .plain(let value): return value
        case .sealed:
            guard let change = try tables.event(state.shown.observation.dot) else { return nil }
            return reader.value(of: field, changedBy: change.event)
        }
    }
}
