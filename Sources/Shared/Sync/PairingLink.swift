// The link by which a device meets its server once: an address, a secret to prove, and the
// fingerprint that the ledger's key must have. Source: docs/protocol.md section 8.
// Neighbors: `hourbook-server pairing-link` prints one, `hourbook pair` reads it; PairingCode is
// the same for who must type it.
// Invariant: the secret is proven (PairingProof), never sent.

/// hourbook://host:port/?mode=pinned&pin=<64 hex>&link=<16 hex>&secret=<base32>&ledger=<64 hex>
public struct PairingLink: Hashable, Sendable, CustomStringConvertible {
    public static let idByteCount = 8
    /// 80 bits.
    public static let secretByteCount = 10

    /// How the device knows that it talks to the right machine.
    public enum Mode: Hashable, Sendable {
        /// TLS with the public key whose SubjectPublicKeyInfo (DER) has this SHA-256, whatever its
        /// certificate says.
        case pinned(Hash)
        /// TLS with a certificate for the host that the system's roots vouch for.
        case `public`
        /// Plain HTTP, to this machine only.
        case loopback

        /// As in the link.
        public var name: String {
            switch self {
            case .pinned: "pinned"
            case .public: "public"
            case .loopback: "loopback"
            }
        }

        public var pin: Hash? {
            if case .pinned(let pin) = self { pin } else { nil }
        }

        /// Nil for another name, and unless a pin stands where one belongs and only there.
        public init?(name: String, pin: Hash?) {
            switch (name, pin) {
            case ("pinned", let pin?): self = .pinned(pin)
            case ("public", nil): self = .public
            case ("loopback", nil): self = .loopback
            default: return nil
            }
        }
    }

    public let host: String
    public let port: UInt16
    public let mode: Mode
    public let id: [UInt8]
    public let secret: [UInt8]
    /// SHA-256 of the raw ledger public key.
    public let ledger: Hash

    public init(
        host: String, port: UInt16, mode: Mode, id: [UInt8], secret: [UInt8], ledger: Hash
    ) {
        self.host = host
        self.port = port
        self.mode = mode
        self.id = id
        self.secret = secret
        self.ledger = ledger
    }

    public var community: CommunityID { CommunityID(Bytes16(prefixOf: ledger)) }

    public var description: String {
        let authority = Self.authority(host: host, port: port)
        let pin = mode.pin.map { "&pin=\($0)" } ?? ""
        return "hourbook://\(authority)/?mode=\(mode.name)\(pin)&link=\(hex(id))"
            + "&secret=\(Base32.encode(secret))&ledger=\(ledger)"
    }

    /// Nil unless every part is there, once, and whole.
    public init?(_ text: some StringProtocol) {
        let scheme = "hourbook://"
        guard text.hasPrefix(scheme) else { return nil }
        let halves = text.dropFirst(scheme.count).split(separator: "/?", maxSplits: 1)
        guard halves.count == 2, let address = Self.address(String(halves[0])) else { return nil }
        var values: [String: String] = [:]
        for pair in halves[1].split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1)
            guard parts.count == 2,
                values.updateValue(String(parts[1]), forKey: String(parts[0])) == nil
            else { return nil }
        }
        func hash(_ name: String) -> Hash? {
            values[name].flatMap { bytes(hex: $0) }.flatMap { Hash($0) }
        }
        let pin = hash("pin")
        guard (pin == nil) == (values["pin"] == nil),
            let mode = values["mode"].flatMap({ Mode(name: $0, pin: pin) }),
            let id = values["link"].flatMap({ bytes(hex: $0) }), id.count == Self.idByteCount,
            let secret = values["secret"].flatMap({ Base32.decode($0) }),
            secret.count == Self.secretByteCount,
            let ledger = hash("ledger")
        else { return nil }
        self.init(
            host: address.host, port: address.port, mode: mode, id: id, secret: secret,
            ledger: ledger)
    }

    static func authority(host: String, port: UInt16) -> String {
        host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }

    /// "name:port" or "[IPv6 address]:port".
    static func address(_ text: String) -> (host: String, port: UInt16)? {
        guard let colon = text.lastIndex(of: ":"),
            let port = UInt16(text[text.index(after: colon)...]), port > 0
        else { return nil }
        var host = text[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") { host = host.dropFirst().dropLast() }
        return isHost(host) ? (String(host), port) : nil
    }

    /// A name, an IPv4 address, or an IPv6 address without brackets.
    public static func isHost(_ text: some StringProtocol) -> Bool {
        !text.isEmpty
            && text.utf8.allSatisfy { byte in
                (48...58).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
                    || byte == 45 || byte == 46
            }
    }
}

/// RFC 4648 base32 without padding: what people read aloud and type.
public enum Base32 {
    private static let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".utf8)

    public static func encode(_ bytes: some Collection<UInt8>) -> String {
        var text: [UInt8] = []
        var buffer: UInt32 = 0
        var bits = 0
        for byte in bytes {
            buffer = buffer << 8 | UInt32(byte)
            bits += 8
            while bits >= 5 {
                bits -= 5
                text.append(digits[Int(buffer >> UInt32(bits) & 31)])
            }
        }
        if bits > 0 { text.append(digits[Int(buffer << UInt32(5 - bits) & 31)]) }
        return String(decoding: text, as: UTF8.self)
    }

    /// Nil for a character that is no digit.
    static func value(_ digit: UInt8) -> UInt8? {
        digits.firstIndex(of: digit).map { UInt8($0) }
    }

    /// `value` is below 32.
    static func digit(_ value: UInt8) -> UInt8 { digits[Int(value)] }

    /// Nil for other characters, or left-over bits that are not zero. Lower case is fine.
    public static func decode(_ text: some StringProtocol) -> [UInt8]? {
        var bytes: [UInt8] = []
        var buffer: UInt32 = 0
        var bits = 0
        for character in text.uppercased().utf8 {
            guard let digit = digits.firstIndex(of: character) else { return nil }
            buffer = buffer << 5 | UInt32(digit)
            bits += 5
            if bits >= 8 {
                bits -= 8
                bytes.append(UInt8(truncatingIfNeeded: buffer >> UInt32(bits)))
            }
            buffer &= (1 << UInt32(bits)) - 1
        }
        return bits < 5 && buffer == 0 ? bytes : nil
    }
}
