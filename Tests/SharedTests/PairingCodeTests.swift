// A pairing link that is read over the phone: every slip is found, and said by its line.
// Neighbors: PairingLinkTests has the link itself.

import Shared
import TestSupport
import Testing

@Suite("Pairing codes")
struct PairingCodeTests {
    private static func link(_ mode: PairingLink.Mode, host: String = "book.example.org")
        -> PairingLink
    {
        PairingLink(
            host: host, port: 8420, mode: mode, id: counting(1, 8), secret: counting(40, 10),
            ledger: Hash.of([1]))
    }

    private static let links = [
        link(.pinned(Hash.of([2]))), link(.public), link(.loopback, host: "127.0.0.1"),
        link(.public, host: "2001:db8::1"),
    ]

    private func typed(_ code: PairingCode, _ lines: [String]? = nil) -> String {
        ([code.address] + (lines ?? code.lines)).joined(separator: "\n")
    }

    @Test(
        "what is typed is the link again, in small letters and however it is broken",
        arguments: links)
    func whole(_ link: PairingLink) throws {
        let code = PairingCode(link)
        #expect(code.lines.allSatisfy { $0.count <= 19 })
        #expect(try PairingCode.link(typed: typed(code)) == link)
        let odd = code.address + " " + code.lines.joined(separator: "-").lowercased()
        #expect(try PairingCode.link(typed: odd) == link)
        let alike = code.lines.map {
            $0.replacing("O", with: "0").replacing("I", with: "1").replacing("B", with: "8")
        }
        #expect(try PairingCode.link(typed: typed(code, alike)) == link)
    }

    @Test("every single wrong letter is found in its line", arguments: links)
    func slips(_ link: PairingLink) {
        let code = PairingCode(link)
        for (number, line) in code.lines.enumerated() {
            for place in line.indices where line[place] != " " {
                var wrong = line
                wrong.replaceSubrange(
                    place...place, with: line[place] == "A" ? "C" : "A")
                var lines = code.lines
                lines[number] = wrong
                #expect(throws: PairingCode.Fault.line(number + 1)) {
                    try PairingCode.link(typed: typed(code, lines))
                }
            }
        }
    }

    @Test("two letters that changed places, and two lines, are found", arguments: links)
    func swapped(_ link: PairingLink) {
        let code = PairingCode(link)
        let first = Array(code.lines[0])
        for place in 0..<(first.count - 1)
        where first[place] != " " && first[place + 1] != " " && first[place] != first[place + 1] {
            var line = first
            line.swapAt(place, place + 1)
            #expect(throws: PairingCode.Fault.line(1)) {
                try PairingCode.link(
                    typed: typed(code, [String(line)] + code.lines.dropFirst()))
            }
        }
        var lines = code.lines
        lines.swapAt(0, 1)
        #expect(throws: PairingCode.Fault.line(1)) {
            try PairingCode.link(typed: typed(code, lines))
        }
    }

    @Test("lines that are missing, and what is no code, are refused")
    func incomplete() {
        let code = PairingCode(Self.links[0])
        for count in 0..<code.lines.count {
            #expect(throws: PairingCode.Fault.self) {
                try PairingCode.link(typed: typed(code, Array(code.lines.prefix(count))))
            }
        }
        for odd in ["", "book.example.org", "hello there", "x:0 ABCD", "book.example.org:1 é é"] {
            #expect(throws: PairingCode.Fault.self) { try PairingCode.link(typed: odd) }
        }
    }

    @Test("the check number is of this device and this ledger, and always six digits")
    func checkNumber() {
        func number(_ replica: UInt8, _ key: UInt8) -> String {
            PairingCheck.number(
                community: CommunityID(ledgerKey: [key]), replica: ReplicaID(signingKey: [replica]),
                ledgerKey: [key])
        }
        let all = (0..<50).flatMap { one in [number(one, 1), number(1, one)] }
        #expect(all.allSatisfy { $0.wholeMatch(of: /\d{3} \d{3}/) != nil })
        #expect(Set(all).count == 99)
    }
}
