// What was recorded about members who moved here: fetched beside the neighborhood's own entries,
// checked against the move, and shown once it is whole.
// Source: docs/protocol.md sections 3.8 and 7.10.
// Neighbors: ScopeTaking calls it after pages and hands it what was asked; HistoryTable keeps how
// far each is; the server's FillReader is the other end.
// Invariants: nothing of a history is shown before all of it is equal to what the ledger vouches
// for; its entries are leaves of no tree here that they do not reach.

internal import Shared
internal import Store

struct MoveHistories {
    let taking: ScopeTaking
    private var tables: LedgerTables { taking.tables }

    /// After a page, or when a neighborhood came or went: which histories are to be here, and
    /// whether they are, as with a device that held the old neighborhood too.
    func settle() throws {
        let moves = try tables.moves()
        let known = try tables.histories()
        if moves.isEmpty, known.isEmpty { return }
        let held = try taking.present().held
        let due = moves.filter { held.contains(.neighborhood($0.to)) }
        for history in known where !due.contains(where: { $0.position == history.moved }) {
            try tables.forget(history)
        }
        for move in due where !known.contains(where: { $0.moved == move.position }) {
            try tables.save(
                MemberHistory(
                    moved: move.position, member: move.member,
                    state: try tables.holdsHistory(of: move) ? .whole : .coming))
        }
    }

    /// Takes a part, and the whole into the book when that was the last and all of it is as the
    /// ledger vouches.
    func take(
        _ entries: [(LedgerEntry, [UInt8])], _ asked: ScopeFill, filled: LedgerPosition
    ) throws {
        guard
            var history = try tables.histories().first(where: {
                $0.moved == asked.moved && $0.upto == asked.upto && $0.state == .coming
            })
        else { return }
        for (entry, bytes) in entries { try tables.stage(entry, bytes: bytes, of: asked.scope) }
        history.upto = filled
        if filled.next >= history.moved {
            history.state = try takeIn(history) ? .whole : .refused
            try tables.dropStaged(of: history.member)
        }
        try tables.save(history)
    }

    /// False when it is not what the ledger vouches for: then nothing changes.
    private func takeIn(_ history: MemberHistory) throws -> Bool {
        guard let move = try tables.move(at: history.moved) else { return false }
        var leaves: [Hash] = []
        try tables.forEachStaged(of: history.member) { leaves.append($0.new.leaf) }
        guard UInt64(leaves.count) == move.size, MerkleTree.root(leaves: leaves) == move.root else {
            return false
        }
        var entities: Set<EntityID> = [history.member]
        try tables.forEachStaged(of: history.member) { staged in
            entities.insert(staged.new.event.entity)
            try taking.store(staged)
        }
        try tables.projectAgain(entities)
        try tables.dropDirectoryOfThoseHere()
        return true
    }
}

extension Device {
    /// A history that was refused in an earlier session is asked for again.
    func retryHistories() throws {
        let refused = try read { try $0.tables.histories() }.filter { $0.state == .refused }
        guard !refused.isEmpty else { return }
        try write { book in
            for history in refused {
                try book.tables.save(
                    MemberHistory(moved: history.moved, member: history.member, state: .coming))
            }
        }
    }
}
