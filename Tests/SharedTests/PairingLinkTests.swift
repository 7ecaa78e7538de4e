// The link that an admin shows and a device reads, and the base32 in it.

import Testing
import TestSupport

@testable import Shared

@Suite("Pairing links")
struct PairingLinkTests {
    private static let fingerprint = String(repeating: "ab", count: 32)
    private static let query =
        "mode=loopback&link=0001020304050607&secret=AAAQEAYEAUDAOCAJ&ledger=\(fingerprint)"

    @Test("a link reads as it is written, also with an IPv6 address")
    func roundTrip() throws {
        for host in ["localhost", "127.0.0.1", "::1", "book.example.org"] {
            for mode in [PairingLink.Mode.loopback, .public, .pinned(.of([1]))] {
                let link = PairingLink(
                    host: host, port: 8_080, mode: mode, id: counting(0, 8),
                    secret: counting(0, 10), ledger: .of(Fixed.ledger.signingPublicKey))
                #expect(PairingLink(link.description) == link)
                #expect(link.community == Fixed.community)
            }
        }
    }

    @Test("it is written as docs/protocol.md has it, and the order of parameters is free")
    func written() throws {
        let text = "hourbook://localhost:80/?\(Self.query)"
        let link = try #require(PairingLink(text))
        #expect(link.description == text)
        #expect(link.secret == counting(0, 10))
        let reordered = Self.query.split(separator: "&").reversed().joined(separator: "&")
        #expect(PairingLink("hourbook://localhost:80/?\(reordered)&later=1") == link)
        #expect(PairingLink(text.replacing("AAAQEAYEAUDAOCAJ", with: "aaaqeayeaudaocaj")) == link)
    }

    @Test(
        "links that lack a part, repeat one or say something else are refused",
        arguments: [
            "", "hourbook://", "http://localhost:80/?\(query)", "hourbook://localhost/?\(query)",
            "hourbook://localhost:0/?\(query)", "hourbook://localhost:65536/?\(query)",
            "hourbook://:80/?\(query)", "hourbook://a b:80/?\(query)",
            "hourbook://user@localhost:80/?\(query)", "hourbook://localhost:80?\(query)",
            "hourbook://localhost:80/?\(query)&mode=loopback",
            "hourbook://localhost:80/?\(query.replacing("loopback", with: "open"))",
            "hourbook://localhost:80/?\(query.replacing("loopback", with: "pinned"))",
            "hourbook://localhost:80/?\(query.replacing("loopback", with: "pinned&pin=ab"))",
            "hourbook://localhost:80/?\(query)&pin=\(fingerprint)",
            "hourbook://localhost:80/?\(query.replacing("link=00", with: "link="))",
            "hourbook://localhost:80/?\(query.replacing("secret=AA", with: "secret="))",
            "hourbook://localhost:80/?\(query.replacing("secret=A", with: "secret=1"))",
            "hourbook://localhost:80/?\(query.replacing("ledger=ab", with: "ledger="))",
            "hourbook://localhost:80/?\(query.replacing("&ledger", with: "&other"))",
        ])
    func refused(text: String) {
        #expect(PairingLink(text) == nil)
    }

    @Test(
        "base32 by the examples of RFC 4648, section 10",
        arguments: [
            ("", ""), ("f", "MY"), ("fo", "MZXQ"), ("foo", "MZXW6"), ("foob", "MZXW6YQ"),
            ("fooba", "MZXW6YTB"), ("foobar", "MZXW6YTBOI"),
        ])
    func base32(plain: String, encoded: String) {
        #expect(Base32.encode(Array(plain.utf8)) == encoded)
        #expect(Base32.decode(encoded) == Array(plain.utf8))
        #expect(Base32.decode(encoded.lowercased()) == Array(plain.utf8))
    }

    @Test("base32 with other characters, padding or left-over bits is none")
    func badBase32() {
        for text in ["1", "MY======", "MZ", "M", "MZXW6Y", "M Y", "é"] {
            #expect(Base32.decode(text) == nil)
        }
    }
}
