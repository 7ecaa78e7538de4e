// Moments as pages show them. Neighbors: moment.mustache, which every page that tells a time takes.

import Shared
import Testing
import Texts

@testable import Faces

@Suite("Moments on pages")
struct MomentTests {
    /// 2026-03-24 12:00:09 UTC.
    private static let noon = Instant(milliseconds: 1_774_353_609_000)

    private func moment(
        _ offset: Int32 = 60, _ language: Language = .english, now: Instant = noon
    ) -> Moment {
        Moment(Self.noon, utcOffsetMinutes: offset, now: now, .of(language))
    }

    @Test("day, month, hour and minute, in the language of the page; no seconds")
    func words() {
        #expect(moment().words == "24 Mar, 13:00")
        #expect(moment(0, .spanish).words == "24 mar, 12:00")
    }

    @Test("the year stands where it is not the reader's")
    func year() {
        let later = Instant(milliseconds: Self.noon.milliseconds + 366 * 86_400_000)
        #expect(moment(now: later).words == "24 Mar 2026, 13:00")
    }

    @Test("the exact instant stands behind it, east and west of Greenwich")
    func exact() {
        #expect(moment(-330).datetime == "2026-03-24T06:30:09-05:30")
        let page = Pages(["p": Array("{{#at}}{{> moment}}{{/at}}".utf8)])
            .page("p", ["at": moment()])
        #expect(
            page == "<time datetime=\"2026-03-24T13:00:09+01:00\" "
                + "title=\"2026-03-24 13:00:09 +01:00\">24 Mar, 13:00</time>")
    }

    @Test("each language has a name for each month", arguments: Language.allCases)
    func months(_ language: Language) {
        let names = StringTable.of(language).texts["months"]?.split(separator: " ") ?? []
        #expect(names.count == 12 && Set(names).count == 12)
    }
}
