// Somebody's own CSV file into the book: people found, limits kept, nothing added twice, and maps
// that are kept. Neighbors: Sources/SyncClient/Import.

import Shared
import Store
import TestSupport
import Testing

@testable import SyncClient

@Suite struct MappedImportTests {
    private static let hours = [
        "provider=Gave", "recipient=Got", "minutes=Time", "service-date=Day", "slip=Slip",
        "note=What",
    ]

    private func exchanges() throws -> ImportMap {
        var map = ImportMap(target: .exchange)
        try map.add(columns: Self.hours, constants: [])
        return map
    }

    private func members() throws -> ImportMap {
        var map = ImportMap(target: .member)
        try map.add(
            columns: [
                "name=Name", "number=No", "birth-year=Born", "contacts=Phone", "joined-on=Since",
            ], constants: [])
        return map
    }

    private func run(
        _ bench: Bench, _ map: ImportMap, _ text: String, isDryRun: Bool = false
    ) throws -> ImportReport {
        let place = try bench.device.read { try Finder(book: $0).neighborhood("HAR") }
        return try MappedImport(
            device: bench.device, neighborhood: place, worker: OfficeInMemory.dana, map: map
        ).run(ImportFiles.File(name: "file.csv", bytes: Array(text.utf8)), isDryRun: isDryRun)
    }

    private func ready() throws -> Bench {
        let bench = try Bench.ready(try OfficeInMemory())
        for (number, name) in [(1, "Ana Ruiz"), (2, "Luis Gil"), (3, "Ana Gil")] {
            _ = try bench.enroll(Int64(number), name)
        }
        return bench
    }

    private func entries(_ bench: Bench) throws -> [HoursRecord] {
        try bench.device.read { try $0.views.hours() }
    }

    private let file = """
        Gave,Got,Time,Day,Slip,What
        HAR-1,Luis,1:30,2026-03-24,17,played cards
        1,2,1.5h,2026-03-24,,
        Luis Gil;HAR-3=15,1,45,2026-03-24,,
        Nobody,2,90,2026-03-24,,
        Gil,1,90,2026-03-24,,
        1,1,90,2026-03-24,,
        1,2,1441,2026-03-24,,
        1,2,soon,2026-03-24,,
        1,2,90,2027-03-24,,
        HAR pot,2,90,2026-03-24,,
        1,2,90,2026-03-24,0123456789012345678901234567890123456789x,
        """

    /// A row's key names the neighborhood: the same file into two would be there twice.
    @Test func anEntryIsImportedIntoTheNeighborhoodItBelongsToOnly() throws {
        let bench = try ready()
        let text = "Gave,Got,Time,Day,Slip,What\nHAR-1,HAR-2,90,2026-03-24,,\n"
        let orchard = try #require(
            try bench.device.read { try $0.views.neighborhoods() }
                .first { $0.id == OfficeInMemory.orchard })
        let report = try MappedImport(
            device: bench.device, neighborhood: orchard, worker: OfficeInMemory.dana,
            map: exchanges()
        ).run(ImportFiles.File(name: "file.csv", bytes: Array(text.utf8)), isDryRun: false)
        #expect(
            report.refusals.map(\.reason) == [
                "it belongs to HAR: import it with --neighborhood HAR"
            ])
        #expect(try entries(bench).isEmpty)
        #expect(try run(bench, exchanges(), text).entriesAdded == 1)
    }

    @Test func goodRowsAreRecordedAndEachOtherIsNamedByLineAndReason() throws {
        let bench = try ready()
        let report = try run(bench, exchanges(), file)
        #expect(report.entriesAdded == 3)
        let expected: [(Int, String)] = [
            (5, "nobody here is called \"Nobody\""), (6, "may be 2 members"),
            (7, "cannot both give and receive"), (8, "1441 minutes cannot be one exchange"),
            (9, "minutes \"soon\" cannot be read"), (10, "in the future"), (11, "is no member"),
            (12, "slip is longer than 40"),
        ]
        #expect(report.refusals.map(\.line) == expected.map(\.0))
        for (refusal, (_, reason)) in zip(report.refusals, expected) {
            #expect(refusal.reason.contains(reason), "\(refusal)")
            #expect(refusal.file == "file.csv")
        }
        let all = try entries(bench)
        #expect(all.map { $0.providers.map(\.minutes).reduce(0, +) } == [90, 90, 45])
        #expect(all[0].slip == "17" && all[0].description == "played cards")
        #expect(all[2].providers.map(\.minutes).sorted() == [15, 30])
    }

    @Test func importingTwiceAddsNothingBeforeAndAfterSyncing() throws {
        let bench = try ready()
        let first = try run(bench, exchanges(), file)
        let again = try run(bench, exchanges(), file)
        #expect((again.entriesAdded, again.entriesKnown) == (0, 3))
        #expect(again.refusals == first.refusals)
        #expect(try bench.sync().end == .complete)
        #expect(try run(bench, exchanges(), file).entriesAdded == 0)
        #expect(try bench.unsent() == 0)
    }

    @Test func anotherDevicesImportIsKnownAfterSyncing() throws {
        let bench = try ready()
        _ = try run(bench, exchanges(), file)
        #expect(try bench.sync().end == .complete)
        let second = try Bench(
            office: bench.office, keys: Fixed.keys(signing: 0x11, receiving: 0x22), seed: 9)
        _ = try second.sync()
        let report = try run(second, exchanges(), file)
        // Of names it can read none: the twin of the office hands out no keys.
        #expect((report.entriesAdded, report.entriesKnown) == (0, 3))
        #expect(try second.unsent() == 0)
    }

    @Test func aDryRunSaysTheSameAndWritesNothing() throws {
        let bench = try ready()
        let before = try bench.unsent()
        let dry = try run(bench, exchanges(), file, isDryRun: true)
        #expect(try bench.unsent() == before && entries(bench).isEmpty)
        #expect(try run(bench, exchanges(), file) == dry)
    }

    @Test(arguments: [
        (ImportTarget.contribution, "provider=Who", HoursForm.contribution, Int64(60)),
        (.donation, "donor=Who", .donation, -60), (.redemption, "member=Who", .redemption, -60),
    ])
    func otherFormsGoByThePot(
        target: ImportTarget, party: String, form: HoursForm, balance: Int64
    ) throws {
        let office = try OfficeInMemory(role: .coordinator)
        let bench = try Bench.ready(office)
        let ana = try bench.enroll(1)
        var map = ImportMap(target: target)
        try map.add(columns: [party, "minutes=Time", "date=Day"], constants: [])
        let report = try run(bench, map, "Who,Time,Day\n1,60,2026-03-24\n")
        #expect(report.entriesAdded == 1 && report.refusals.isEmpty)
        #expect(try entries(bench).map(\.form) == [form.name])
        #expect(try bench.statement(ana).balance == balance)
    }

    // MARK: Members

    @Test func membersKeepTheirNumbersAndTakenOnesAreRefused() throws {
        let bench = try ready()
        let report = try run(
            bench, members(),
            """
            Name,No,Born,Phone,Since
            Mei Chen,7,1950,555-0107; 555-0108,2020-02-01
            Omar Said,2,,,
            Second Seven,7,,,
            ,8,,,
            Late Born,9,3000,,
            From Tomorrow,10,,,2027-01-01
            """)
        #expect(report.membersAdded == 1)
        let expected: [(Int, String)] = [
            (3, "number 2 belongs to HAR-2 Luis Gil already"),
            (4, "member number 7 is on line 2 already"), (5, "its name is missing"),
            (6, "birth-year \"3000\" must be a whole number"), (7, "in the future"),
        ]
        #expect(report.refusals.map(\.line) == expected.map(\.0))
        for (refusal, (_, reason)) in zip(report.refusals, expected) {
            #expect(refusal.reason.contains(reason), "\(refusal)")
        }
        let mei = try bench.device.read { book in
            try book.views.record(try Finder(book: book).member("HAR-7"))
        }
        #expect(mei.contacts == ["555-0107", "555-0108"])
        #expect(mei.birthYear == 1950 && mei.joinedOn == "2020-02-01")
    }

    @Test func withoutNumbersToGiveOutRowsWithoutOneAreRefused() throws {
        let bench = try ready()
        let report = try run(bench, members(), "Name,No,Born,Phone,Since\nMei Chen,,,,\n")
        #expect(report.membersAdded == 0)
        #expect(report.refusals[0].reason.contains("no numbers to give out"))
    }

    @Test func rowsWithoutANumberGetFreeOnesOfThisDevicesBlock() throws {
        let block = NumberBlock(neighborhood: OfficeInMemory.harbor, first: 5, last: 8)
        let bench = try Bench(office: try OfficeInMemory(), numberBlocks: [block])
        _ = try bench.sync()
        _ = try bench.enroll(6)
        let file = "Name,No,Born,Phone,Since\nA,,,,\nB,5,,,\nC,,,,\nD,,,,\n"
        let report = try run(bench, members(), file)
        // The second row's own 5 is not given to the first; then the block is used up.
        #expect(report.membersAdded == 3)
        #expect(report.refusals.map(\.line) == [5])
        #expect(report.refusals[0].reason.contains("`hourbook sync`, which brings more"))
        let numbers = try bench.device.read { try $0.views.members().compactMap(\.number) }
        #expect(numbers == [5, 6, 7, 8])
        #expect(try run(bench, members(), file).membersAdded == 0)
    }

    @Test func whatTheWorkerMayNotRecordIsRefusedWholeAndNothingIsWritten() throws {
        let bench = try ready()
        let before = try bench.unsent()
        var map = ImportMap(target: .redemption)
        try map.add(columns: ["member=Who", "minutes=Time", "date=Day"], constants: [])
        let error = #expect(throws: UserError.self) {
            try run(bench, map, "Who,Time,Day\n1,60,2026-03-24\n")
        }
        #expect(error?.code == .noPermission)
        #expect(try bench.unsent() == before)
    }

    @Test func membersOfAFileCanBeNamedByTheNextFile() throws {
        let bench = try ready()
        _ = try run(bench, members(), "Name,No,Born,Phone,Since\nMei Chen,7,,,\n")
        let report = try run(
            bench, exchanges(), "Gave,Got,Time,Day,Slip,What\nMei,1,60,2026-03-24,,\n")
        #expect(report.entriesAdded == 1)
    }

    // MARK: Saved maps

    @Test func aSavedMapComesBackAndIsReplacedAndForgotten() throws {
        let bench = try ready()
        var map = try exchanges()
        (map.dates, map.separator) = (.dayMonthYear, .semicolon)
        try bench.device.write { try $0.tables.save(map, as: "monthly") }
        try bench.device.write { try $0.tables.save(try members(), as: "cards") }
        #expect(try bench.device.read { try $0.savedMap("monthly") } == map)
        #expect(
            try bench.device.read { try $0.tables.savedMaps().map(\.name) } == ["cards", "monthly"])
        map.dates = .yearMonthDay
        try bench.device.write { try $0.tables.save(map, as: "monthly") }
        #expect(try bench.device.read { try $0.savedMap("monthly").dates } == .yearMonthDay)
        #expect(try bench.device.write { try $0.tables.forgetMap("monthly") })
        #expect(try bench.device.write { try $0.tables.forgetMap("monthly") } == false)
        let error = #expect(throws: UserError.self) {
            try bench.device.read { try $0.savedMap("monthly") }
        }
        #expect(error?.description.contains("there are: cards") ?? false)
    }

    @Test func whatIsGivenHereReplacesWhatTheSavedMapHas() throws {
        let bench = try ready()
        let saved = try exchanges()
        try bench.device.write { try $0.tables.save(saved, as: "monthly") }
        func given(_ target: ImportTarget?) throws -> ImportMap {
            try ImportMap(
                from: bench.device.read { try $0.savedMap("monthly") }, target: target,
                columns: ["provider=Helper"], constants: ["category=garden"],
                dates: .dayMonthYear, separator: nil)
        }
        let map = try given(nil)
        #expect(map.columns["provider"] == ["Helper"] && map.columns["recipient"] == ["Got"])
        #expect(map.constants == ["category": ["garden"]] && map.dates == .dayMonthYear)
        #expect(try given(.exchange) == map)
        #expect(throws: UserError.self) { try given(.member) }
    }
}
