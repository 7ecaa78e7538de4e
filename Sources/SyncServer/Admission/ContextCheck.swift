// Whether the ledger knows the history that an event's author had been shown.
// Source: docs/protocol.md section 4. Neighbors: the append asks it for each event it places.

internal import Shared

extension CausalContext {
    /// `tag` is that of the ledger root at the context's position when the ledger ended just
    /// before the event; nil beyond it. Unknown: the position counts as 0, too little rather than
    /// too much.
    func isUnknown(tag: RootTag?) -> Bool { tag != rootTag }
}
