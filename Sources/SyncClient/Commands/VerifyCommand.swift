// `hourbook verify`: whether what this device holds is what was recorded here and signed there.
// Neighbors: Store/Views+Verify computes; CheckpointTable keeps what the server signed.

internal import ArgumentParser
internal import Shared
internal import Store

struct VerifyCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Compute everything held here again and compare it with what was signed.",
        discussion: "Works offline and changes nothing. Ends with code 65 if something differs.")

    @OptionGroup var data: DataOptions
    @OptionGroup var json: JSONOption

    func perform() throws {
        let device = try data.device()
        let parts = try device.read { try $0.verified() }
        for part in parts where json.isOn { try Screen.printJSON(part) }
        if !json.isOn { Screen.show(parts.table) }
        let broken = parts.differing
        if broken.isEmpty, let closed = parts.closed {
            throw UserError(
                .dataError, "\(closed.finding). \(try device.read(KeyringTrouble.whatToDo))")
        }
        guard broken.isEmpty else {
            throw UserError(
                .dataError,
                "\(broken.map(\.part).joined(separator: ", ")): not what was recorded and signed. "
                    + "Keep a copy of this folder as it is, then run `hourbook sync --repair`: it "
                    + "fetches from the office what is damaged here. If it still differs then, "
                    + "tell the office")
        }
    }
}

extension LocalBook {
    func verified() throws -> [VerifiedPart] {
        try views.verifyScopes(held.sorted())
            + [try verifyOwnChain(), try verifyCheckpoints(), try views.verifySealed()]
            + (try VerifiedPart.attempt("members who moved here", verifyHistories))
    }

    /// Of members who moved here, against the moves. None while nobody has.
    private func verifyHistories() throws -> [VerifiedPart] {
        let known = try tables.histories()
        if known.isEmpty { return [] }
        let wrong = try known.first { history in
            guard history.state == .whole, let move = try tables.move(at: history.moved) else {
                return true
            }
            return try !tables.holdsHistory(of: move)
        }
        return [
            VerifiedPart(
                part: "members who moved here", checked: UInt64(known.count), isWhole: wrong == nil,
                finding: try wrong.map {
                    "what is here of \(try views.number(of: $0.member)) is not all that the ledger "
                        + "vouches for; run `sync --repair`"
                } ?? "what was recorded about them is what the ledger vouches for")
        ]
    }

    /// Own events from the first to the last, whatever became of them.
    private func verifyOwnChain() throws -> VerifiedPart {
        let head = try head
        var leaves = try tables.leaves(of: paired.replica)
        let apart =
            try tables.refusedEvents().map { ($0.event.dot.sequence, $0.leaf) }
            + ownKeptApart().map { ($0.dot.sequence, $0.leaf) }
            + tables.putAwayLeaves(of: paired.replica)
        leaves.merge(apart) { here, _ in here }
        var chain = ReplicaChain(signingKey: try ownSigningKey())
        while chain.sequence < head.sequence, let leaf = leaves[chain.sequence.next] {
            chain.append(leaf)
        }
        let isWhole = chain == head
        return VerifiedPart(
            part: "events of this device", checked: head.sequence.value, isWhole: isWhole,
            finding: isWhole
                ? "chain \(hex(head.hash.bytes.prefix(8)))"
                : "the chain breaks after own event \(chain.sequence.value)")
    }

    private func ownSigningKey() throws -> [UInt8] {
        guard let device else { throw StoreDamage.missing("its own pairing; sync once first") }
        return device.signingKey
    }

    /// What the server signed last, against what is held now.
    private func verifyCheckpoints() throws -> VerifiedPart {
        let notes = try tables.keptCheckpoints()
        var differing = try notes.compactMap(disagreement)
        differing += try tables.refusedCheckpoints().map { "refused: \($0.reason)" }
        return VerifiedPart(
            part: "signed by the office", checked: UInt64(notes.count),
            isWhole: differing.isEmpty,
            finding: differing.first ?? "checkpoints agree with what is held here")
    }

    private func disagreement(_ note: String) throws -> String? {
        do {
            let signed = try verifiedCheckpoint(note, scopes: heldOrComing).checkpoint
            guard case .scope(let scope, _, _) = signed.tree, held.contains(scope) else {
                return nil
            }
            return try tables.root(of: scope, size: signed.size) == signed.root
                ? nil : "\(try views.code(of: scope)) is not as it was signed"
        } catch let error as CheckpointError {
            return "a kept checkpoint is \(error)"
        }
    }
}

extension KeyringTrouble {
    static func whatToDo(_ book: LocalBook) throws -> String {
        try book.tables.knownRevocation() == nil
            ? "`hourbook sync` asks the office for the keys; if some are still missing then, tell "
                + "the office: another device or a backup of this folder may have them"
            : revoked
    }

    static let revoked =
        "the office has revoked this device and gives it no key: only a backup of "
        + "\(Keyring.fileName) can bring them back here. Nothing is lost at the office"
}
