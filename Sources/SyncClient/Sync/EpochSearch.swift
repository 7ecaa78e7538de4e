// How far a device goes back for a new epoch: to the latest past cursor that the ledger knows.
// Source: docs/protocol.md section 3.6. Neighbors: SyncMachine holds one while it asks, SyncSession
// shows the cursor, EpochRewind goes back once an answer says so.
// Invariant: it ends, at the latest at position 0; nothing changes before the server has agreed.

internal import Shared
internal import Store

struct EpochSearch: Equatable {
    let epoch: Epoch
    /// Latest first; the last is the start.
    private let cursors: [LedgerPosition]
    private var index = 0
    private var stride = 1

    init(epoch: Epoch, cursors: [LedgerPosition]) {
        self.epoch = epoch
        self.cursors = cursors.last == .start ? cursors : cursors + [.start]
    }

    var cursor: LedgerPosition { cursors[index] }

    /// The server does not know that one either. False: nor the start, which every ledger has.
    mutating func stepBack() -> Bool {
        guard index < cursors.count - 1 else { return false }
        index = min(index + stride, cursors.count - 1)
        stride *= 2
        return true
    }
}

extension LocalBook {
    /// Why an epoch cannot follow what is here; nil if it can.
    func objection(to told: Reopened) throws -> String? {
        let epoch = try epoch
        guard told.epoch.value > epoch.value else { return "it is none after \(epoch.value)" }
        guard let event = try? Event(decoding: told.event), let said = Reopening(event),
            said.epoch == told.epoch, told.inheritedSize <= said.inheritedSize
        else { return "no entry of the ledger says so" }
        let size = told.inheritedSize
        if let tag = try tables.keptTag(at: size), size > .start,
            tag != RootTag(of: told.inheritedRoot)
        {
            return "it inherits another ledger at position \(size) than the one that was here"
        }
        let note = try tables.keptCheckpoint(origin: tables.ledgerOrigin(paired.community))
        let kept = try note.flatMap { try soundCheckpoint($0, scopes: [])?.checkpoint }
        if let kept, kept.size == size.value, kept.root != told.inheritedRoot {
            return "it inherits another root at size \(size) than was signed"
        }
        return nil
    }
}
