// Rows of any CSV file read by a map: titles, values and every fault that a person can make.

import Shared
import Store
import TestSupport
import Testing

@testable import SyncClient

@Suite struct MappedRowsTests {
    private let columns = [
        "provider=Gave", "recipient=Got", "minutes=Time", "service-date=Day", "note=What",
    ]

    private func map(
        _ target: ImportTarget = .exchange, _ columns: [String]? = nil, set: [String] = []
    ) throws -> ImportMap {
        var map = ImportMap(target: target)
        try map.add(columns: columns ?? self.columns, constants: set)
        try map.check()
        return map
    }

    private func read(_ text: String, _ map: ImportMap) throws -> Sorted<MappedRow> {
        try MappedRows(
            map: map, scope: .neighborhood(OfficeInMemory.harbor), today: day("2026-11-22")
        ).read(Array(text.utf8), file: "slips.csv")
    }

    // MARK: Maps

    @Test func aFieldsNameIsThatOfTheCommandLine() throws {
        let map = try map()
        #expect(map.columns["description"] == ["What"])
        #expect(map.columns["service-date"] == ["Day"])
    }

    @Test(arguments: [
        (["provider=Gave"], "recipient"), (["nobody=Gave"], "no field of --kind exchange"),
        (["provider"], "lacks a side"), (["=Gave"], "lacks a side"),
        (["shares=Gave"], "no field"), (["contribution-type=Gave"], "no field"),
        (
            [
                "provider=A", "recipient=B", "minutes=C", "minutes=D", "service-date=E",
            ], "minutes has one column"
        ),
    ])
    func aMapThatCannotWorkIsRefusedWithASentence(typed: [String], reason: String) {
        let error = #expect(throws: UserError.self) { try map(.exchange, typed) }
        #expect(error?.description.contains(reason) ?? false, "\(String(describing: error))")
    }

    @Test func eachTargetHasTheFieldsOfItsCommand() {
        #expect(
            ImportTarget.exchange.required == ["provider", "recipient", "minutes", "service-date"])
        #expect(ImportTarget.member.required == ["name"])
        #expect(ImportTarget.contribution.fieldNames.contains("contribution-type"))
        for target in ImportTarget.allCases {
            #expect(Set(target.required).isSubset(of: target.fieldNames), "\(target)")
            #expect(Set(target.fieldNames).count == target.fieldNames.count, "\(target)")
        }
    }

    // MARK: Titles

    @Test(arguments: [
        ("", "is empty"), ("\n\r\n", "is empty"),
        ("Gave,Got,Time,Day\n", "no column \"What\""),
        ("HAR-1,HAR-2,90,2026-03-24,cards\n", "must name the columns, says: HAR-1, HAR-2"),
        ("Gave,gave,Got,Time,Day,What,What\n", "2 columns \"What\""),
        ("\"Gave,Got\n", "quotes do not match"),
        ("Gave;Got;Time;Day;What\n", "--separator semicolon"),
    ])
    func aFileWithoutTheTitlesIsRefusedWhole(text: String, reason: String) throws {
        let map = try map()
        let error = #expect(throws: UserError.self) { try read(text, map) }
        #expect(error?.description.contains(reason) ?? false, "\(String(describing: error))")
        #expect(error?.code == .dataError)
    }

    @Test func titlesAreFoundWhateverTheirPlaceAndCase() throws {
        let rows = try read("day, TIME ,what,got,gave\n2026-03-24,90,,b,a\n", try map()).rows
        #expect(rows[0].texts["provider"] == ["a"])
        #expect(rows[0].texts["minutes"] == ["90"])
        #expect(rows[0].texts["description"] == nil)
    }

    @Test func titlesThatDifferInCaseAloneAreToldApart() throws {
        let rows = try read(
            "Gave,gave,Got,Time,Day,What\na,z,b,90,2026-03-24,\n", try map()
        ).rows
        #expect(rows[0].texts["provider"] == ["a"])
    }

    // MARK: Rows

    @Test func everyFaultyRowIsNamedByLineAndReasonAndTheOthersStay() throws {
        let sorted = try read(
            """
            Gave,Got,Time,Day,What
            a,b,90,2026-03-24,good
            a,b,90
            a,b,90,2026-02-30,
            a,b,90,2027-01-01,
            a,,90,2026-03-24,
            a,"b,90,2026-03-24,
            a,b,90,24/03/2026,
            a,b,90,2026-03-24,"two
            lines"
            a,b,90,2026-03-24 25:00,
            """, try map())
        let expected: [(Int, String)] = [
            (3, "3 columns where 5"), (4, "not a day of the calendar"), (5, "in the future"),
            (6, "its recipient is missing: fill in Got"), (7, "quotes do not match"),
            (8, "written as YYYY-MM-DD"), (11, "impossible time of day"),
        ]
        #expect(sorted.refusals.map(\.line) == expected.map(\.0))
        for (refusal, (_, reason)) in zip(sorted.refusals, expected) {
            #expect(refusal.reason.contains(reason), "\(refusal)")
        }
        #expect(sorted.rows.map(\.line) == [2, 9])
        #expect(sorted.rows[1].texts["description"] == ["two\nlines"])
    }

    @Test func equalRowsAreTwoAndTheLineOfTitlesIsPartOfTheName() throws {
        let map = try map()
        let row = "a,b,90,2026-03-24,\n"
        let twice = try read("Gave,Got,Time,Day,What\n\(row)\(row)", map).rows
        let once = try read("Gave,Got,Time,Day,What\n\(row)", map).rows
        let turned = try read("Got,Gave,Time,Day,What\n\(row)", map).rows
        #expect(twice[0].importKey == once[0].importKey)
        #expect(Set((twice + turned).map(\.importKey)).count == 3)
    }

    @Test func aConstantFillsWhatTheColumnLeavesEmpty() throws {
        var map = try map(
            .exchange, columns + ["category=Kind"], set: ["category=garden", "told-by=both"])
        map.separator = .semicolon
        let rows = try read(
            """
            Gave;Got;Time;Day;What;Kind
            a;b;90;2026-03-24;;
            a;b;90;2026-03-25;;Home Help
            """, map
        ).rows
        #expect(rows.map { $0.texts["category"] } == [["garden"], ["home-help"]])
        #expect(rows.map { $0.texts["told-by"] } == [["both"], ["both"]])
    }

    @Test func namesAreJoinedAndListsAreTakenApart() throws {
        let map = try map(
            .member,
            ["name=First", "name=Last", "contacts=Phone", "contacts=Mail", "languages=Speaks"])
        let rows = try read(
            "First,Last,Phone,Mail,Speaks\nAna,Ruiz,555-0104,,Spanish; English;\n", map
        ).rows
        #expect(rows[0].texts["name"] == ["Ana Ruiz"])
        #expect(rows[0].texts["contacts"] == ["555-0104"])
        #expect(rows[0].texts["languages"] == ["Spanish", "English"])
    }

    @Test func aRowThatNoEventCanHoldIsRefused() throws {
        let long = String(repeating: "x", count: MappedRows.rowBytesMax)
        let sorted = try read("Gave,Got,Time,Day,What\na,b,90,2026-03-24,\(long)\n", try map())
        #expect(sorted.rows.isEmpty && sorted.refusals[0].reason.contains("longer than"))
    }

    @Test(arguments: [
        (DateOrder.yearMonthDay, "2026-03-24"), (.yearMonthDay, "2026/3/24"),
        (.dayMonthYear, "24/03/2026"), (.dayMonthYear, "24.3.2026"), (.monthDayYear, "03/24/2026"),
        (.monthDayYear, "3-24-2026"),
    ])
    func daysAreReadInTheOrderThatWasSaid(order: DateOrder, text: String) {
        #expect(order.date(text) == day("2026-03-24"))
    }

    @Test(arguments: [
        (DateOrder.yearMonthDay, "24/03/2026"), (.dayMonthYear, "03/24/2026"),
        (.dayMonthYear, "24/03/26"), (.monthDayYear, "24/03/2026"), (.dayMonthYear, "24//2026"),
        (.yearMonthDay, ""), (.yearMonthDay, "2026-03-24-1"), (.dayMonthYear, "+4/03/2026"),
        (.dayMonthYear, "2026-03-24"),
    ])
    func aDayInAnotherOrderIsNone(order: DateOrder, text: String) {
        #expect(order.date(text) == nil)
    }
}
