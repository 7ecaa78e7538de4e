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
    /// Where a note is kept: the server is asked about that one whatever the stride, for its answer
    /// may contradict what it signed.
    private let signed: LedgerPosition?
    private var index = 0
    private var stride = 1

    init(epoch: Epoch, cursors: [LedgerPosition], signed: LedgerPosition? = nil) {
        self.epoch = epoch
        self.cursors = cursors.last == .start ? cursors : cursors + [.start]
        self.signed = signed
    }

    var cursor: LedgerPosition { cursors[index] }

    /// The server does not know that one either. False: nor the start, which every ledger has.
    mutating func stepBack() -> Bool {
        guard index < cursors.count - 1 else { return false }
        let next = min(index + stride, cursors.count - 1)
        let landmark = cursors[(index + 1)...next].firstIndex { $0 == signed }
        index = landmark ?? next
        stride *= 2
        return true
    }
}

extension LocalBook {
    /// Why an epoch cannot follow what is here; nil if it can.
    func objection(to told: Reopened) throws -> String? {
        let epoch = try epoch
        guard told.epoch.value > epoch.value else {
            return "this device is in epoch \(epoch.value) already, so it is another branch of the "
                + "ledger; the office must run `recover` again"
        }
        guard let event = try? Event(decoding: told.event), let said = Reopening(event),
            said.epoch == told.epoch, told.inheritedSize <= said.inheritedSize
        else { return "no entry of the ledger says so" }
        return nil
    }

    /// Where to look for the last that this device and the new epoch have in common.
    func search(for told: Reopened) throws -> EpochSearch {
        let cursors = try tables.pastCursors(upTo: told.inheritedSize).filter { cursor in
            // That one is known not to be of it.
            try cursor != told.inheritedSize || cursor == .start
                || tables.keptTag(at: cursor) == RootTag(of: told.inheritedRoot)
        }
        return EpochSearch(
            epoch: told.epoch, cursors: cursors,
            signed: try keptLedgerNote().map { LedgerPosition($0.checkpoint.size) })
    }

    /// What the ledger's key had signed for this device, and the new epoch does not go on from.
    /// `refused` is a past cursor that the server has just said is not its ledger's.
    func contradiction(
        of told: Reopened, refused: LedgerPosition?, answer: [UInt8]
    ) throws -> EpochEvidence? {
        guard let signed = try keptLedgerNote() else { return nil }
        let kept = signed.checkpoint
        let size = LedgerPosition(kept.size)
        guard size > .start, size <= told.inheritedSize else { return nil }
        let isOther = size == told.inheritedSize && kept.root != told.inheritedRoot
        guard isOther || refused == size else { return nil }
        return EpochEvidence(
            note: signed.note,
            reason: "it goes on from another ledger than it had signed at position \(size) in "
                + "epoch \(kept.epoch.value)",
            against: answer)
    }

    private func keptLedgerNote() throws -> SignedCheckpoint? {
        let note = try tables.keptCheckpoint(origin: tables.ledgerOrigin(paired.community))
        return try note.flatMap { try soundCheckpoint($0, scopes: []) }
    }
}
