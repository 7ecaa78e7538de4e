// A pairing link for who cannot copy it: the server's address, and lines of letters and digits that
// are read over the phone and typed. Source: docs/protocol.md section 7.1.
// Neighbors: the console shows it beside the link, `hourbook pair` reads either.
// Invariant: a line with one wrong character, or in another's place, is found, and said by its
// number.

/// host:port, then lines of four groups of four; the last character of a line checks it.
public struct PairingCode: Equatable, Sendable {
    public enum Fault: Error, Equatable {
        /// It does not begin with host:port.
        case address
        /// From 1.
        case line(Int)
        /// Its lines are right as far as they go, and they are not all of a link.
        case incomplete
    }

    static let lineLength = 16
    static let groupLength = 4

    /// "book.example.org:8420"
    public let address: String
    /// As "ABCD EFGH IJKL MNOP".
    public let lines: [String]

    public init(_ link: PairingLink) {
        address = PairingLink.authority(host: link.host, port: link.port)
        let body =
            [link.mode.code] + link.id + link.secret + link.ledger.bytes
            + (link.mode.pin?.bytes ?? [])
        let digits = Array(Base32.encode(body).utf8)
        lines = stride(from: 0, to: digits.count, by: Self.lineLength - 1).enumerated().map {
            number, start in
            let line = digits[start..<min(start + Self.lineLength - 1, digits.count)]
            return Self.grouped(line + [Self.check(line, line: number + 1)])
        }
    }

    private static func grouped(_ line: some Collection<UInt8>) -> String {
        let line = Array(line)
        return stride(from: 0, to: line.count, by: groupLength).map {
            String(decoding: line[$0..<min($0 + groupLength, line.count)], as: UTF8.self)
        }.joined(separator: " ")
    }

    // MARK: Reading

    /// The link that was typed; blanks, hyphens and line ends are where they may.
    public static func link(typed: some StringProtocol) throws(Fault) -> PairingLink {
        let words = typed.split { $0.isWhitespace }
        guard let first = words.first, let address = PairingLink.address(String(first)) else {
            throw .address
        }
        let digits = words.dropFirst().joined().utf8.filter { $0 != UInt8(ascii: "-") }
            .map(meant)
        let body = try checked(digits)
        guard let link = PairingLink(body: body, host: address.host, port: address.port) else {
            throw .incomplete
        }
        return link
    }

    /// Base32 has no 0, 1 and 8: whoever types one saw the letter that looks like it.
    private static func meant(_ typed: UInt8) -> UInt8 {
        switch typed {
        case UInt8(ascii: "0"): UInt8(ascii: "O")
        case UInt8(ascii: "1"): UInt8(ascii: "I")
        case UInt8(ascii: "8"): UInt8(ascii: "B")
        case UInt8(ascii: "a")...UInt8(ascii: "z"): typed & 0xDF
        default: typed
        }
    }

    private static func checked(_ digits: [UInt8]) throws(Fault) -> [UInt8] {
        var body: [UInt8] = []
        for (number, start) in stride(from: 0, to: digits.count, by: lineLength).enumerated() {
            let line = digits[start..<min(start + lineLength, digits.count)]
            guard line.count > 1, line.allSatisfy({ Base32.value($0) != nil }),
                check(line.dropLast(), line: number + 1) == line.last
            else { throw .line(number + 1) }
            body += line.dropLast()
        }
        guard let bytes = Base32.decode(String(decoding: body, as: UTF8.self)) else {
            throw .incomplete
        }
        return bytes
    }

    // MARK: Checking

    /// The values as a polynomial over GF(32), the line's number first: every single wrong
    /// character and every two that changed places are found, and a line that stands where another
    /// should.
    private static func check(_ line: some Collection<UInt8>, line number: Int) -> UInt8 {
        let sum = line.reduce(UInt8(number % 32)) { sum, digit in
            timesX(sum) ^ (Base32.value(digit) ?? 0)
        }
        return Base32.digit(timesX(sum))
    }

    /// Modulo x⁵ + x² + 1.
    private static func timesX(_ value: UInt8) -> UInt8 {
        let shifted = value << 1
        return shifted & 32 == 0 ? shifted : shifted ^ 0b10_0101
    }
}

extension PairingLink.Mode {
    /// As the first byte of a code.
    fileprivate var code: UInt8 {
        switch self {
        case .pinned: 1
        case .public: 2
        case .loopback: 3
        }
    }

    fileprivate init?(code: UInt8, pin: Hash?) {
        switch (code, pin) {
        case (1, let pin?): self = .pinned(pin)
        case (2, nil): self = .public
        case (3, nil): self = .loopback
        default: return nil
        }
    }
}

extension PairingLink {
    /// Of a code: mode ‖ id ‖ secret ‖ ledger ‖ pin, if any. Nil unless just these are there.
    fileprivate init?(body: [UInt8], host: String, port: UInt16) {
        let (idEnd, secretEnd) = (1 + Self.idByteCount, 1 + Self.idByteCount + Self.secretByteCount)
        let ledgerEnd = secretEnd + Hash.byteCount
        guard body.count == ledgerEnd || body.count == ledgerEnd + Hash.byteCount,
            let ledger = Hash(body[secretEnd..<ledgerEnd])
        else { return nil }
        let pin = body.count > ledgerEnd ? Hash(body[ledgerEnd...]) : nil
        guard let mode = Mode(code: body[0], pin: pin) else { return nil }
        self.init(
            host: host, port: port, mode: mode, id: Array(body[1..<idEnd]),
            secret: Array(body[idEnd..<secretEnd]), ledger: ledger)
    }
}
