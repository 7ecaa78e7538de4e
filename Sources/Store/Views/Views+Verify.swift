// Is what is stored here what was signed? Everything is computed again from the events' own bytes.
// Source: docs/protocol.md sections 3.1 to 3.5. Neighbors: `verify` of both programs prints it.
// Invariant: reads only; a finding says what differs, and no part keeps another from being checked.

internal import Foundation
internal import GRDB
public import Shared

/// What one check came to.
public struct VerifiedPart: Encodable, Sendable {
    public let part: String
    /// How many things were checked: events, entries, signatures or checkpoints.
    public let checked: UInt64
    public let isWhole: Bool
    /// What was seen; when something differs, what.
    public let finding: String

    /// The part that says whether all can be read, which has nothing to do with what was signed.
    public static let sealedTexts = "sealed texts"

    public init(part: String, checked: UInt64, isWhole: Bool, finding: String) {
        self.part = part
        self.checked = checked
        self.isWhole = isWhole
        self.finding = finding
    }

    /// Damage that keeps a check from being made is a finding of its own.
    public static func attempt(
        _ part: String, _ check: () throws -> [VerifiedPart]
    ) throws -> [VerifiedPart] {
        do {
            return try check()
        } catch let damage as StoreDamage {
            return [
                VerifiedPart(part: part, checked: 0, isWhole: false, finding: "\(damage)")
            ]
        }
    }
}

extension VerifiedPart {
    fileprivate var word: String { part == Self.sealedTexts ? "CLOSED" : "DIFFERS" }
}

extension [VerifiedPart] {
    /// Those that are not what was recorded and signed.
    public var differing: [VerifiedPart] {
        filter { !$0.isWhole && $0.part != VerifiedPart.sealedTexts }
    }

    /// Nil while everything can be read.
    public var closed: VerifiedPart? {
        first { !$0.isWhole && $0.part == VerifiedPart.sealedTexts }
    }

    /// As both programs show it.
    public var table: TextTable {
        var table = TextTable(("PART", .left), ("CHECKED", .right), ("", .left), ("FINDING", .left))
        for part in self {
            table.add(
                part.part, String(part.checked),
                (part.isWhole ? "whole" : part.word).attention(if: !part.isWhole),
                part.finding)
        }
        return table
    }
}

extension Views {
    /// The root of each scope's tree against the events it is of.
    public func verifyScopes(_ scopes: [ScopeID]) throws -> [VerifiedPart] {
        try scopes.sorted().map { scope in
            let stored = try tables.digest(of: scope)
            let code = try code(of: scope)
            let part = "events of \(code.isEmpty ? "the community" : code)"
            let again = try? tables.recomputedDigest(of: scope)
            let isWhole = again == stored
            return VerifiedPart(
                part: part, checked: stored.size, isWhole: isWhole,
                finding: isWhole
                    ? "root \(hex(stored.root.bytes.prefix(8)))"
                    : "the events do not add up to the root that was kept with them")
        }
    }

    /// Every sealed part against the keys that are here. A key is damaged if it does not open the
    /// first event that names it, its maker's; a later one that it does not open only pretends.
    public func verifySealed() throws -> VerifiedPart {
        var isSound: [DataKeyID: Bool] = [:]
        let rows = try Data.fetchCursor(
            tables.db, sql: "SELECT bytes FROM event ORDER BY position")
        var (count, missing, damaged): (UInt64, UInt64, UInt64) = (0, 0, 0)
        while let bytes = try rows.next() {
            let bytes = [UInt8](bytes)
            for id in Event.sealedKeys(in: bytes) {
                count += 1
                guard let key = try reader.keyring.key(id) else {
                    missing += 1
                    continue
                }
                let sound =
                    try isSound[id]
                    ?? key.opens(
                        Event(decoding: bytes), community: reader.community)
                isSound[id] = sound
                if !sound { damaged += 1 }
            }
        }
        return VerifiedPart(
            part: VerifiedPart.sealedTexts, checked: count, isWhole: missing + damaged == 0,
            finding: Self.sealedFinding(missing: missing, damaged: damaged))
    }

    private static func sealedFinding(missing: UInt64, damaged: UInt64) -> String {
        if damaged > 0 {
            return "\(damaged) of them do not open, for their keys in \(Keyring.fileName) are "
                + "damaged: stop every Hourbook program on this folder and rename that file; the "
                + "keys are then asked for again"
        }
        if missing == 0 { return "their keys are here and sound" }
        return "the keys of \(missing) of them are missing from \(Keyring.fileName), so what "
            + "they say cannot be read"
    }

    /// Postings of every entry, which sum to zero over all accounts.
    public func verifyZeroSum() throws -> VerifiedPart {
        let row = try Row.fetchOne(
            tables.db, sql: "SELECT count(*), coalesce(sum(minutes), 0) FROM posting")
        let count: Int64 = row?[0] ?? 0
        let sum: Int64 = row?[1] ?? 0
        return VerifiedPart(
            part: "minutes of all accounts", checked: UInt64(count), isWhole: sum == 0,
            finding: "they sum to \(sum)")
    }
}

extension LedgerTables {
    /// The ledger's root from the bytes of positions 1, 2, 3 …, and where the first is missing or
    /// differs from the hash stored beside it (server).
    public func recomputedLedger() throws -> (size: UInt64, root: Hash, damaged: LedgerPosition?) {
        let rows = try Row.fetchCursor(
            db.cachedStatement(sql: "SELECT position, leaf, bytes FROM event ORDER BY position"))
        var tree = MerkleTree()
        var damaged: LedgerPosition?
        var nodes = NoNodes()
        while let row = try rows.next() {
            let position = LedgerPosition(UInt64(row[0] as Int64))
            let leaf = Hash.leaf([UInt8](row[2] as Data))
            let isDue = position.value == tree.size + 1 && Hash(row[1] as Data) == leaf
            if !isDue, damaged == nil { damaged = position }
            try tree.append(leaf, to: &nodes)
        }
        return (tree.size, tree.root, damaged)
    }

    /// Leaves of a replica's events that are here, by sequence.
    public func leaves(of replica: ReplicaID) throws -> [Sequence64: Hash] {
        let rows = try Row.fetchCursor(
            db,
            sql: """
                SELECT dot & \(LocalKey.sequenceMax), bytes FROM event
                JOIN replica ON replica.number = dot >> \(LocalKey.sequenceBits)
                WHERE replica.id = ?
                """, arguments: [Data(replica.bytes)])
        var leaves: [Sequence64: Hash] = [:]
        while let row = try rows.next() {
            leaves[Sequence64(UInt64(row[0] as Int64))] = .leaf([UInt8](row[1] as Data))
        }
        return leaves
    }
}
