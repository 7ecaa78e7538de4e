// `hourbook-server verify`: the ledger computed again from every event's bytes, and every signature
// it was taken on. Neighbors: Store/Views+Verify, Ledger/HighWater, Ledger/ServerTables.

internal import ArgumentParser
internal import Foundation
internal import GRDB
internal import Shared
internal import Store

struct VerifyCommand: ServerCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Compute the whole ledger again and compare it with what was signed.",
        discussion: "Changes nothing. Ends with code 65 if something differs.")

    @OptionGroup var folder: FolderOptions
    @OptionGroup var json: JSONOption

    func perform() async throws {
        let parts = try store().verified()
        for part in parts where json.isOn { try Output.json(part) }
        if !json.isOn { Output.show(parts.table) }
        let broken = parts.differing
        if broken.isEmpty, let closed = parts.closed {
            throw Refusal(
                exit: 65, sentence: "\(closed.finding); \(KeyringTrouble.whatToDo)")
        }
        guard broken.isEmpty else {
            throw Refusal(
                exit: 65,
                sentence: "\(broken.map(\.part).joined(separator: ", ")): not what was signed. "
                    + "Stop the server, keep this folder as it is, and put back the newest copy "
                    + "or backup of it; if there is none newer, run `recover`")
        }
    }
}

extension ServerStore {
    func verified() throws -> [VerifiedPart] {
        let highWater = verifiedHighWater
        return try read { views in
            [try views.verifyLedger(), highWater, try views.verifyZeroSum()]
                + (try VerifiedPart.attempt("scopes") {
                    try views.verifyScopes(views.allScopes())
                })
                + (try VerifiedPart.attempt("signatures of devices") {
                    [try views.verifyRuns(community: community)]
                })
                + [try views.verifySealed()]
        }
    }

    private var verifiedHighWater: VerifiedPart {
        // Reads and verifies the record's files: once.
        let recordedSize = recordedSize
        return VerifiedPart(
            part: "high-water record", checked: recordedSize == nil ? 0 : 1,
            isWhole: standing == .whole && recordedSize != nil,
            finding: standing.sentence
                ?? recordedSize.map { "signed at position \($0), and all of that is here" }
                ?? Self.noRecord)
    }
}

extension Views {
    func verifyLedger() throws -> VerifiedPart {
        let stored = try tables.ledgerRoot()
        let again = try tables.recomputedLedger()
        let isWhole = again.damaged == nil && (again.size, again.root) == stored
        let finding =
            again.damaged.map { "the entry at position \($0.value) was altered or is missing" }
            ?? (isWhole
                ? "root \(hex(stored.root.bytes.prefix(8)))"
                : "the entries do not add up to the stored root")
        return VerifiedPart(
            part: "ledger", checked: stored.size, isWhole: isWhole, finding: finding)
    }

    /// Every accepted signature, over the chain computed again from the bytes, quarantined events'
    /// among them.
    fileprivate func verifyRuns(community: CommunityID) throws -> VerifiedPart {
        let signatures = try RunSignatureTable(tables.db).all()
        let keys = Dictionary(
            try devices().map { ($0.replica, $0.signingKey) }, uniquingKeysWith: { $1 })
        let kept = Dictionary(
            grouping: try QuarantineTable(tables.db).list(), by: \.dot.replica)
        var broken: [String] = []
        for (replica, signed) in Dictionary(grouping: signatures, by: \.replica).sorted(
            by: { $0.key < $1.key })
        {
            let leaves = try tables.leaves(of: replica).merging(
                (kept[replica] ?? []).map { ($0.dot.sequence, $0.leaf) }
            ) { $1 }
            let key = keys[replica] ?? []
            if !signed.allSatisfy(hold(over: leaves, key: key, community: community)) {
                broken.append(replica.description)
            }
        }
        return VerifiedPart(
            part: "signatures of devices", checked: UInt64(signatures.count),
            isWhole: broken.isEmpty,
            finding: broken.isEmpty
                ? "each is of the chain that is here"
                : "not of what is here: device \(broken.joined(separator: ", "))")
    }

    private func hold(
        over leaves: [Sequence64: Hash], key: [UInt8], community: CommunityID
    ) -> (RunSignatureTable.Entry) -> Bool {
        var chain = ReplicaChain(signingKey: key)
        var chains: [Sequence64: ReplicaChain] = [:]
        while let leaf = leaves[chain.sequence.next] {
            chain.append(leaf)
            chains[chain.sequence] = chain
        }
        return { entry in
            guard let chain = chains[entry.last] else { return false }
            let message = Signed.run(community: community, replica: entry.replica, chain: chain)
            do {
                try Shared.verify(entry.signature, of: message, by: key)
                return true
            } catch {
                return false
            }
        }
    }
}
