// What people type: links, lengths, dates, tags and codes; and the sentences for what cannot be.

import Shared
import TestSupport
import Testing

@testable import SyncClient

@Suite struct TypingTests {
    private let link =
        "hourbook://127.0.0.1:8087/?mode=loopback&link=0102030405060708&secret=3HZC2GQUTOGOKRXN"
        + "&ledger=" + String(repeating: "ab", count: 32)

    @Test func aWholeLink() throws {
        let parsed = try Pairing.link("  \(link)\n")
        #expect(parsed.host == "127.0.0.1")
        #expect(parsed.port == 8087)
        #expect(parsed.secret.count == 10)
    }

    @Test func linksThatAreNotForThisVersion() {
        for changed in [
            link.replacing("127.0.0.1", with: "office.example.org"),
            link.replacing("loopback", with: "pinned"), String(link.dropLast(3)), "", "http://x",
        ] {
            #expect(throws: UserError.self) { try Pairing.link(changed) }
        }
    }

    @Test(arguments: [
        ("90", 90), ("1:30", 90), ("0:05", 5), ("2h", 120), ("1.5h", 90), ("0.25h", 15),
        ("24:00", 1_440), ("1h30", 90), ("5 h 30 min", 330), ("1,5 h", 90), ("45 min", 45),
        ("2 H", 120), ("0h05", 5), ("1\u{a0}h\u{a0}30", 90), (" 90 ", 90), ("1h5min", 65),
    ])
    func lengths(typed: String, minutes: Int64) throws {
        #expect(try Minutes(typed: typed).value == minutes)
    }

    @Test(arguments: [
        "", "-5", "1:60", "1:5", "1.33h", "h", "min", "1h60", "h30", "1h30m",
        "1 30", "5 30", "1:3 0", "1 : 30", "1 2 h", "1 . 5 h", "5 m i n", "1h5", "1,30", "1,000",
        "1.5h30", "1:30h", "1:30min", "90m", "٩٠", "1:30:00",
        "99999999999999999999",
    ])
    func lengthsThatCannotBeRead(typed: String) {
        #expect(throws: TypingFault.self) { try Minutes(typed: typed) }
    }

    private func parse(
        _ kind: Kind, _ number: FieldNumber, _ texts: String...
    ) throws(TypingFault) -> Value {
        try kind.describedField(number).parse(texts) { _ throws(TypingFault) in Fixed.ana }
    }

    @Test func fieldsAreReadByTheirType() throws {
        #expect(try parse(.memberEnrolled, MemberField.name, "Ana") == .text("Ana"))
        #expect(try parse(.memberEnrolled, MemberField.number, "37") == .integer(37))
        #expect(try parse(.memberEnrolled, MemberField.active, "No") == .flag(false))
        #expect(try parse(.memberEnrolled, MemberField.delegate, "x") == .entity(Fixed.ana))
        #expect(
            try parse(.memberEnrolled, MemberField.contacts, "1", "2") == .texts(["1", "2"]))
        #expect(
            try parse(.hoursRecorded, HoursField.serviceDate, "2024-02-29")
                == .date(day("2024-02-29")))
        #expect(
            try parse(.hoursRecorded, HoursField.contributionType, "peer-support")
                == .integer(ContributionType.peerSupport.rawValue))
    }

    @Test func whatBreaksALimitSaysWhatToDo() {
        let faults: [(Kind, FieldNumber, String, String)] = [
            (.hoursRecorded, HoursField.serviceDate, "2025-02-30", "write it as 2026-03-24"),
            (.hoursRecorded, HoursField.category, "Legal Help", "for example: company"),
            (.hoursRecorded, HoursField.contributionType, "work", "give one of: idea"),
            (.memberEnrolled, MemberField.number, "0", "from 1 to 9999999"),
            (.memberEnrolled, MemberField.active, "maybe", "must be yes or no"),
            (.memberEnrolled, MemberField.name, "", "is empty"),
            (.memberEnrolled, MemberField.name, " \t\u{A0}", "is empty"),
            (
                .hoursRecorded, HoursField.description, String(repeating: "x", count: 2_001),
                "longer than 2000"
            ),
        ]
        for (kind, number, typed, sentence) in faults {
            do throws(TypingFault) {
                _ = try parse(kind, number, typed)
                Issue.record("\(typed) was taken")
            } catch {
                #expect(error.description.contains(sentence), "\(error)")
            }
        }
    }
}
