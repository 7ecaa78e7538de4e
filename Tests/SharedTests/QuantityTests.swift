// Dates, instants, amounts, hashes and ids as people and programs write them.

import Testing
import TestSupport

@testable import Shared

@Suite("Quantities and identifiers")
struct QuantityTests {
    @Test(
        "days that the calendar has",
        arguments: [
            ("1900-01-01", 19_000_101), ("2199-12-31", 21_991_231), ("2024-02-29", 20_240_229),
            ("2000-02-29", 20_000_229), ("2026-11-30", 20_261_130),
        ])
    func dates(text: String, code: UInt32) throws {
        let date = try #require(CivilDate(text))
        #expect(date.code == code)
        #expect(date.description == text)
        #expect(CivilDate(code: code) == date)
        #expect(CivilDate(year: date.year, month: date.month, day: date.day) == date)
    }

    @Test(
        "days that it does not have, and other ways to write one",
        arguments: [
            "2026-02-29", "1900-02-29", "2100-02-29", "2026-13-01", "2026-00-10", "2026-04-31",
            "2026-01-00", "1899-12-31", "2200-01-01", "2026-1-1", "26-01-01", "2026-01-01 ", "",
            "2026-01", "2026-01-01-01", "2026/01/01", "+026-01-01", "2026-0a-01",
            "202\u{FF16}-01-01",
        ])
    func noDates(text: String) {
        #expect(CivilDate(text) == nil)
    }

    @Test("every day of three centuries follows the one before")
    func everyDay() {
        var count = 0
        var last: CivilDate?
        for days in Int64(-25_567)...84_005 {
            let date = CivilDate(daysSince1970: days)
            #expect(CivilDate(code: date.code) == date)
            if let last { #expect(last < date) }
            last = date
            count += 1
        }
        #expect(count == 300 * 365 + 73)
        #expect(CivilDate(daysSince1970: -25_567) == day("1900-01-01"))
        #expect(CivilDate(daysSince1970: 84_005) == day("2199-12-31"))
        #expect(CivilDate(daysSince1970: 0) == day("1970-01-01"))
    }

    @Test(
        "an instant's day depends on the offset, and stays in range whatever a clock says",
        arguments: [
            (0, 0, "1970-01-01"), (-1, 0, "1969-12-31"), (-1, 1, "1970-01-01"),
            (1_774_396_800_000, 0, "2026-03-25"), (1_774_396_799_999, 0, "2026-03-24"),
            (1_774_396_799_999, 60, "2026-03-25"), (1_774_396_800_000, -300, "2026-03-24"),
            (Int64.max, 0, "2199-12-31"), (Int64.min, 0, "1900-01-01"),
            (Int64.max, Int32.max, "2199-12-31"), (Int64.min, Int32.min, "1900-01-01"),
        ])
    func instants(milliseconds: Int64, offset: Int32, date: String) {
        let instant = Instant(milliseconds: milliseconds)
        #expect(instant.date(utcOffsetMinutes: offset).description == date)
    }

    @Test("an instant reads to the second")
    func instantText() {
        #expect(Instant(milliseconds: 1_774_353_600_999).text == "2026-03-24 12:00:00Z")
        #expect(Instant(milliseconds: -1).text == "1969-12-31 23:59:59Z")
        #expect(Instant(milliseconds: .min).text.hasPrefix("1900-01-01 "))
    }

    @Test("an instant as the clock on somebody's wall showed it, whatever the offset")
    func wallClock() {
        let noon = Instant(milliseconds: 1_774_353_600_000)
        #expect(noon.text(utcOffsetMinutes: 0) == "2026-03-24 12:00:00 +00:00")
        #expect(noon.text(utcOffsetMinutes: 60) == "2026-03-24 13:00:00 +01:00")
        #expect(noon.text(utcOffsetMinutes: -210) == "2026-03-24 08:30:00 -03:30")
        #expect(noon.text(utcOffsetMinutes: 765) == "2026-03-25 00:45:00 +12:45")
        for offset in [Int32.min, .max] {
            for milliseconds in [Int64.min, 0, .max] {
                let instant = Instant(milliseconds: milliseconds)
                #expect(!instant.text(utcOffsetMinutes: offset).isEmpty)
            }
        }
    }

    @Test(
        "minutes read as hours and minutes",
        arguments: [
            (0, "0:00"), (5, "0:05"), (90, "1:30"), (-45, "-0:45"), (-61, "-1:01"),
            (600_000, "10000:00"), (Int64.min, "-153722867280912930:08"),
        ])
    func minutes(value: Int64, text: String) {
        #expect(Minutes(value).description == text)
    }

    @Test("hashes keep their bytes and order as bytes do", arguments: UInt64(1)...20)
    func hashes(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let (one, other) = (random.bytes(32), random.bytes(32))
        let (first, second) = (try #require(Hash(one)), try #require(Hash(other)))
        #expect(first.bytes == one)
        #expect((first < second) == one.lexicographicallyPrecedes(other))
        #expect(first.description == hex(one))
        #expect(Bytes16(prefixOf: first).bytes == Array(one.prefix(16)))
        #expect(first.short == String(hex(one).prefix(8)))
    }

    @Test("hashes and ids of another size do not exist", arguments: [0, 1, 15, 17, 31, 33, 64])
    func sizes(count: Int) {
        let bytes = counting(0, count)
        #expect(Hash(bytes) == nil)
        #expect(Bytes16(bytes) == nil)
        #expect(ReplicaID(bytes) == nil)
        #expect(CommunityID(bytes) == nil)
    }

    @Test("hexadecimal there and back; anything else is none")
    func hexadecimal() {
        let every = counting(0, 256)
        #expect(bytes(hex: hex(every)) == every)
        #expect(bytes(hex: "0aFf") == [10, 255])
        for text in ["0", "zz", "0 ", "é", "+1"] { #expect(bytes(hex: text) == nil) }
    }

    @Test("a dot as text comes back; other texts are none")
    func dots() throws {
        let dot = Dot(Fixed.server, Sequence64(42))
        #expect(Dot(dot.description) == dot)
        #expect(EntityID(dot.description) == EntityID(dot))
        #expect(dot.bytes.count == 24)
        let replica = Fixed.server.description
        let others = [
            "", replica, "\(replica)-", "\(replica)-0", "\(replica)-+1", "\(replica)--1",
            "\(replica)-1-2", "\(replica)-9007199254740992", "\(replica)-99999999999999999999",
            "00-1", "-1",
        ]
        for text in others { #expect(Dot(text) == nil) }
    }

    @Test("a root tag is four bytes, or none for the empty ledger")
    func rootTags() {
        let tag = RootTag([1, 2, 3, 4])
        #expect(tag?.bytes == [1, 2, 3, 4])
        #expect(RootTag([])?.bytes == [])
        #expect(RootTag([]) == .start)
        for count in [1, 3, 5, 8] { #expect(RootTag(counting(1, count)) == nil) }
    }

    @Test("equal parts lose no minute, and left-over minutes go to the first by id")
    func equalParts() {
        let accounts = [Fixed.mei, Fixed.ana, Fixed.luis, Fixed.ana]
        let parts = Shares.equalParts(of: Minutes(100), to: accounts)
        #expect(parts.map(\.account) == [Fixed.ana, Fixed.luis, Fixed.mei])
        #expect(parts.map(\.minutes.value) == [34, 33, 33])
        #expect(Shares.equalParts(of: Minutes(5), to: []).isEmpty)
        for total in Int64(0)...200 {
            let sum = Shares.equalParts(of: Minutes(total), to: accounts)
                .reduce(Minutes.zero) { $0 + $1.minutes }
            #expect(sum == Minutes(total))
        }
    }
}
