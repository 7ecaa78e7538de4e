// What a server vouches for: size and root of the ledger or of one scope, as a signed note.
// Source: c2sp.org/tlog-checkpoint and c2sp.org/signed-note; docs/protocol.md section 3.5.
// Neighbors: the server signs one after a commit and for every answer that brings news; devices
// compare each with what they hold and keep the last.
// Invariant: within an epoch a checkpoint's tree only grows, so two of one origin never contradict.

internal import Crypto
internal import Foundation

public struct Checkpoint: Hashable, Sendable {
    /// Which tree it is of.
    public enum Tree: Hashable, Sendable {
        case ledger
        /// A scope's, and the ledger that it was made at.
        case scope(ScopeID, ledgerSize: UInt64, ledgerRoot: Hash)
    }

    public let community: CommunityID
    public let epoch: Epoch
    public let tree: Tree
    public let size: UInt64
    public let root: Hash

    public init(
        community: CommunityID, epoch: Epoch = .first, tree: Tree, size: UInt64, root: Hash
    ) {
        self.community = community
        self.epoch = epoch
        self.tree = tree
        self.size = size
        self.root = root
    }

    /// Names the tree: `hourbook/<community>/e<epoch>`, for a scope with `/n/<scope>` after it.
    public var origin: String {
        let ledger = "hourbook/\(community)/e\(epoch.value)"
        return switch tree {
        case .ledger: ledger
        case .scope(.community, _, _): ledger + "/n/community"
        case .scope(let scope, _, _): ledger + "/n/" + hex(scope.bytes)
        }
    }

    /// The lines that are signed, each ended by a newline.
    var body: String {
        var lines = [origin, String(size), base64(root.bytes)]
        if case .scope(_, let ledgerSize, let ledgerRoot) = tree {
            lines.append("ledger \(ledgerSize) \(base64(ledgerRoot.bytes))")
        }
        return lines.map { $0 + "\n" }.joined()
    }
}

/// Why a note is not a checkpoint of this community.
public enum CheckpointError: Error, Equatable {
    case tooLarge, malformed, unsigned, anotherOrigin
}

/// A checkpoint's text with its signature, as it is sent and kept.
public struct SignedCheckpoint: Hashable, Sendable {
    /// Far above what a name, two roots and a signature take.
    public static let bytesMax = 2_000
    /// Of Ed25519 in a signed note.
    private static let algorithm: UInt8 = 1

    public let checkpoint: Checkpoint
    public let note: String

    public init(_ checkpoint: Checkpoint, signedBy ledger: ReplicaKeys) throws {
        let name = Self.keyName(checkpoint.community)
        let body = checkpoint.body
        let line = Self.keyHash(name, ledger.signingPublicKey) + (try ledger.sign(Array(body.utf8)))
        self.checkpoint = checkpoint
        note = "\(body)\n\u{2014} \(name) \(base64(line))\n"
    }

    /// Verifies a note by the community's ledger key. Signatures of other keys (witnesses) are
    /// passed over.
    public init(
        verifying note: String, community: CommunityID, epoch: Epoch = .first, ledgerKey: [UInt8],
        scopes: some Sequence<ScopeID>
    ) throws(CheckpointError) {
        guard note.utf8.count <= Self.bytesMax else { throw .tooLarge }
        guard let blank = note.range(of: "\n\n") else { throw .malformed }
        let body = note[..<blank.lowerBound] + "\n"
        let signatures = note[blank.upperBound...].split(separator: "\n")
        let isSigned = signatures.contains { line in
            Self.isSignature(
                line, of: Array(body.utf8), name: Self.keyName(community), key: ledgerKey)
        }
        guard isSigned else { throw .unsigned }
        self.note = note
        checkpoint = try Self.read(
            String(body), community: community, epoch: epoch, scopes: scopes)
    }

    // MARK: Signatures

    static func keyName(_ community: CommunityID) -> String { "hourbook/\(community)" }

    /// First 4 bytes of H(name ‖ newline ‖ algorithm ‖ key).
    private static func keyHash(_ name: String, _ key: [UInt8]) -> [UInt8] {
        Array(Hash.of(Array(name.utf8) + [0x0A, algorithm] + key).bytes.prefix(4))
    }

    private static func isSignature(
        _ line: Substring, of body: [UInt8], name: String, key: [UInt8]
    ) -> Bool {
        let parts = line.split(separator: " ", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0] == "\u{2014}", parts[1] == name,
            let bytes = Data(base64Encoded: String(parts[2])).map({ [UInt8]($0) }),
            Array(bytes.prefix(4)) == keyHash(name, key)
        else { return false }
        do {
            try verify(Array(bytes.dropFirst(4)), of: body, by: key)
            return true
        } catch {
            return false
        }
    }

    // MARK: Reading

    /// The checkpoint of one of the expected trees whose text is exactly the one signed.
    private static func read(
        _ body: String, community: CommunityID, epoch: Epoch, scopes: some Sequence<ScopeID>
    ) throws(CheckpointError) -> Checkpoint {
        let lines = body.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
        guard (3...4).contains(lines.count), let size = UInt64(lines[1]),
            size <= Limits.countMax, let root = hash(lines[2])
        else { throw .malformed }
        let trees: [Checkpoint.Tree]
        if lines.count == 3 {
            trees = [.ledger]
        } else {
            guard let (ledgerSize, ledgerRoot) = ledgerLine(lines[3]) else { throw .malformed }
            trees = scopes.map { .scope($0, ledgerSize: ledgerSize, ledgerRoot: ledgerRoot) }
        }
        let expected = trees.map {
            Checkpoint(community: community, epoch: epoch, tree: $0, size: size, root: root)
        }
        guard let found = expected.first(where: { $0.origin == lines[0] }) else {
            throw .anotherOrigin
        }
        guard found.body == body else { throw .malformed }
        return found
    }

    private static func ledgerLine(_ line: Substring) -> (UInt64, Hash)? {
        let parts = line.split(separator: " ")
        guard parts.count == 3, parts[0] == "ledger", let size = UInt64(parts[1]),
            size <= Limits.countMax, let root = hash(parts[2])
        else { return nil }
        return (size, root)
    }

    private static func hash(_ text: Substring) -> Hash? {
        Data(base64Encoded: String(text)).flatMap { Hash($0) }
    }
}

private func base64(_ bytes: [UInt8]) -> String { Data(bytes).base64EncodedString() }
