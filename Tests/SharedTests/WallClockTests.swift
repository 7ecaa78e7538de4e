// How wrong a clock was, from what cannot have been otherwise, and in words.

import Testing

@testable import Shared

@Suite("Wall clocks")
struct WallClockTests {
    private static let hour: Int64 = 3_600_000
    private static func at(_ hours: Int64) -> Instant {
        Instant(milliseconds: 1_774_353_600_000 + hours * hour)
    }

    @Test(
        "what cannot have been otherwise is told, and nothing else",
        arguments: [
            // recorded, received, last entry shown → hours off at least
            (0, 1, -1, nil), (0, 0, 0, nil), (3, 1, nil, 2), (-5, 1, -1, -4), (-5, nil, -1, -4),
            (3, nil, 1, nil), (3, 1, 4, 2), (0, nil, nil, nil),
            // The office's own clock was set back since.
            (0, 1, 90_000, nil),
        ] as [(Int64, Int64?, Int64?, Int64?)])
    func odd(_ row: (recorded: Int64, received: Int64?, shown: Int64?, off: Int64?)) {
        let offset = ClockOffset(
            recordedAt: Self.at(row.recorded), receivedAt: row.received.map(Self.at),
            shownEntryReceivedAt: row.shown.map(Self.at))
        #expect(offset?.milliseconds == row.off.map { $0 * Self.hour })
    }

    @Test("five minutes are no matter, and the largest numbers trap nothing")
    func bounds() {
        #expect(!ClockOffset(milliseconds: 300_000).isOff)
        #expect(ClockOffset(milliseconds: -300_001).isOff)
        let far = ClockOffset(
            shown: Instant(milliseconds: .min), right: Instant(milliseconds: .max))
        #expect(far.milliseconds == .min && far.isOff)
        #expect(far.words.hasSuffix("behind"))
    }

    @Test(
        "words name the two largest units",
        arguments: [
            (0, "less than a minute ahead"), (60_000, "1 minute ahead"),
            (-2 * 3_600_000 - 60_000, "2 hours 1 minute behind"),
            (-31_536_000_000 * 16, "16 years behind"),
            (31_536_000_000 + 2 * 86_400_000 + 5, "1 year 2 days ahead"),
        ] as [(Int64, String)])
    func words(_ milliseconds: Int64, _ words: String) {
        #expect(ClockOffset(milliseconds: milliseconds).words == words)
    }

    @Test("beside the office's clock it is behind, or ahead of")
    func beside() {
        let texts = [-60_000, 60_000].map { ClockOffset(milliseconds: $0).wordsBesideOffice }
        #expect(texts == ["1 minute behind the office's", "1 minute ahead of the office's"])
    }
}
