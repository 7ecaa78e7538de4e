// One file of a backup: a line that tells its kind, length and hash, a line of JSON that says whose
// it is, and the content. Source: docs/protocol.md section 3.7.
// Neighbors: BackingUp writes both files of a backup, Restoring and `drill` read them.
// Invariants: a file has its name only when it is whole and synced; nothing of one is used before
// its hash has been compared.

internal import Crypto
internal import Foundation
internal import Shared

struct BackupHeader: Codable, Equatable {
    let community: String
    let epoch: UInt32
    /// The last that the ledger had when the copy was made.
    let position: UInt64
    let madeAtMilliseconds: Int64
    /// Public half of the key that opens the keys file.
    let recoveryKey: String
    /// The ledger's checkpoint at `position`, signed.
    let checkpoint: String
    /// Of the database, unpacked; of the keys, sealed.
    let contentBytes: UInt64
}

struct BackupFile {
    enum Part: String { case data, keys }

    let url: URL
    let part: Part
    let header: BackupHeader
    let headerBytes: [UInt8]
    private let contentOffset: UInt64

    static let suffix = ".hbk"
    static let pieceBytes = 1 << 20
    private static let magic = "hourbook-backup-1"
    private static let lengthDigits = 20
    private static let headerBytesMax = 64 << 10
    private static let lineFeed: UInt8 = 10

    static func name(_ stem: String, _ part: Part) -> String { "\(stem)-\(part.rawValue)\(suffix)" }

    private static func firstLine(_ part: Part, length: UInt64, hash: String) -> String {
        let digits = String(length)
        let zeros = String(repeating: "0", count: lengthDigits - digits.count)
        return "\(magic) \(part.rawValue) \(zeros)\(digits) \(hash)\n"
    }

    // MARK: Writing

    static func encoded(_ header: BackupHeader) throws -> [UInt8] {
        Array(try jsonLineBytes(header))
    }

    private static func jsonLineBytes(_ header: BackupHeader) throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return try encoder.encode(header)
    }

    /// `content` is handed what takes the pieces of the content.
    static func write(
        to url: URL, part: Part, header: [UInt8],
        content: (_ sink: ([UInt8]) throws -> Void) throws -> Void
    ) throws {
        let draft = url.appendingPathExtension("new")
        try? FileManager.default.removeItem(at: draft)
        guard
            FileManager.default.createFile(
                atPath: draft.path, contents: nil, attributes: [.posixPermissions: 0o600])
        else { throw CocoaError(.fileWriteNoPermission) }
        do {
            try fill(draft, part: part, header: header, content: content)
            try PrivateFile.put(draft, at: url)
        } catch {
            try? FileManager.default.removeItem(at: draft)
            throw error
        }
    }

    private static func fill(
        _ draft: URL, part: Part, header: [UInt8],
        content: (_ sink: ([UInt8]) throws -> Void) throws -> Void
    ) throws {
        let handle = try FileHandle(forWritingTo: draft)
        defer { try? handle.close() }
        let blank = firstLine(part, length: 0, hash: hex(Hash.zero.bytes))
        try handle.write(contentsOf: Data(blank.utf8))
        var hasher = SHA256()
        var length: UInt64 = 0
        func put(_ bytes: [UInt8]) throws {
            hasher.update(data: bytes)
            length += UInt64(bytes.count)
            try handle.write(contentsOf: Data(bytes))
        }
        try put(header + [lineFeed])
        try content(put)
        try handle.seek(toOffset: 0)
        let hash = hex([UInt8](hasher.finalize()))
        try handle.write(contentsOf: Data(firstLine(part, length: length, hash: hash).utf8))
        try handle.synchronize()
    }

    // MARK: Reading

    /// Opens a whole one of this part; everything that can be wrong with it has its sentence.
    init(_ url: URL, _ part: Part) throws {
        self.url = url
        self.part = part
        let handle = try Self.open(url)
        defer { try? handle.close() }
        let blank = Self.firstLine(part, length: 0, hash: hex(Hash.zero.bytes))
        let line = try handle.read(upToCount: blank.utf8.count) ?? Data()
        let words = String(decoding: line, as: UTF8.self).split(
            separator: " ", omittingEmptySubsequences: false)
        guard line.count == blank.utf8.count, words.count == 4, words[0] == Self.magic,
            let length = UInt64(words[2])
        else { throw Self.refusal(url, "is no backup of Hourbook, or of a newer one") }
        guard words[1] == part.rawValue else {
            throw Self.refusal(url, "is the \(words[1]) file of a backup, not its \(part) file")
        }
        let size = try handle.seekToEnd() - UInt64(line.count)
        guard size == length else {
            throw Self.refusal(
                url,
                "is \(size < length ? "cut off" : "longer than it was"): it has \(size) of "
                    + "\(length) bytes. Use another copy of it")
        }
        try Self.check(handle, from: UInt64(line.count), hash: words[3].dropLast(), of: url)
        try handle.seek(toOffset: UInt64(line.count))
        let start = [UInt8](try handle.read(upToCount: Self.headerBytesMax) ?? Data())
        headerBytes = Array(start.prefix { $0 != Self.lineFeed })
        contentOffset = UInt64(line.count + headerBytes.count + 1)
        guard let header = try? JSONDecoder().decode(BackupHeader.self, from: Data(headerBytes))
        else { throw Self.refusal(url, "is of a newer Hourbook; install that version") }
        self.header = header
    }

    private static func open(_ url: URL) throws -> FileHandle {
        guard let handle = try? FileHandle(forReadingFrom: url) else {
            throw Refusal.noInput("\(url.path) cannot be read; check its name and permissions")
        }
        return handle
    }

    private static func check(
        _ handle: FileHandle, from offset: UInt64, hash: some StringProtocol, of url: URL
    ) throws {
        try handle.seek(toOffset: offset)
        var hasher = SHA256()
        while let piece = try handle.read(upToCount: pieceBytes), !piece.isEmpty {
            hasher.update(data: piece)
        }
        guard hex([UInt8](hasher.finalize())) == hash else {
            throw refusal(url, "is damaged: its SHA-256 is another. Use another copy of it")
        }
    }

    private static func refusal(_ url: URL, _ what: String) -> Refusal {
        Refusal(exit: 65, sentence: "\(url.path) \(what)")
    }

    /// The content, piece by piece.
    func read(_ body: ([UInt8]) throws -> Void) throws {
        let handle = try Self.open(url)
        defer { try? handle.close() }
        try handle.seek(toOffset: contentOffset)
        while let piece = try handle.read(upToCount: Self.pieceBytes), !piece.isEmpty {
            try body([UInt8](piece))
        }
    }

    var community: CommunityID? { bytes(hex: header.community).flatMap { CommunityID($0) } }
    var madeAt: Instant { Instant(milliseconds: header.madeAtMilliseconds) }
}
