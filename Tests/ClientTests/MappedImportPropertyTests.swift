// Any file, imported twice, cut short before, or on two devices at once, is imported once.

import Shared
import Store
import TestSupport
import Testing

@testable import SyncClient

@Suite struct MappedImportPropertyTests {
    private static let files = 60
    private static let rowsMax = 30

    /// Rows with many equal ones among them, quoted or not, and some that are refused.
    private func rows(_ random: inout SeededRandom) -> [String] {
        (0..<random.int(0...Self.rowsMax)).map { _ in
            let people = [random.int(1...4), random.int(1...4)].map(String.init)
            let minutes = ["60", "1:30", "0.5h", "never"][random.int(0...3)]
            let day = "2026-03-0\(random.int(1...2))"
            let note = ["", "cards", "\"a, \"\"b\"\"\"", "\"two\nlines\"", "\"open"][
                random.int(0...4)]
            return (people + [minutes, day, note]).joined(separator: ",")
        }
    }

    private func text(_ rows: some Sequence<String>, _ lineEnd: String) -> String {
        ("Gave,Got,Time,Day,What" + lineEnd) + rows.map { $0 + lineEnd }.joined()
    }

    private func run(_ bench: Bench, _ text: String) throws -> ImportReport {
        var map = ImportMap(target: .exchange)
        try map.add(
            columns: [
                "provider=Gave", "recipient=Got", "minutes=Time", "date=Day", "note=What",
            ], constants: [])
        let place = try bench.device.read { try Finder(book: $0).neighborhood("HAR") }
        return try MappedImport(
            device: bench.device, neighborhood: place, worker: OfficeInMemory.dana, map: map
        ).run(ImportFiles.File(name: "file.csv", bytes: Array(text.utf8)), isDryRun: false)
    }

    private func ready() throws -> Bench {
        let bench = try Bench.ready(try OfficeInMemory())
        for number in 1...3 { _ = try bench.enroll(Int64(number), "Member \(number)") }
        return bench
    }

    private func counted(_ bench: Bench) throws -> Int {
        try bench.device.read { try $0.views.hours().count }
    }

    @Test func importingTwiceIsImportingOnceAndAPrefixBeforeChangesNothing() throws {
        var added = 0
        var refused = 0
        for seed in 1...UInt64(Self.files) {
            var random = SeededRandom(seed: seed)
            let rows = rows(&random)
            let end = ["\n", "\r\n"][random.int(0...1)]
            let whole = text(rows, end)
            let (once, twice) = (try ready(), try ready())
            let report = try run(once, whole)
            // A line break inside quotes ends no row, so a prefix by rows is a prefix of the file.
            let prefix = try run(twice, text(rows.prefix(random.int(0...rows.count)), end))
            let rest = try run(twice, whole)
            let again = try run(twice, whole)
            #expect(prefix.entriesAdded + rest.entriesAdded == report.entriesAdded, "\(seed)")
            #expect(again.entriesAdded == 0, "\(seed)")
            #expect(again.entriesKnown == report.entriesAdded, "\(seed)")
            #expect(again.refusals == report.refusals, "\(seed)")
            #expect(try counted(once) == report.entriesAdded, "\(seed)")
            #expect(try counted(twice) == report.entriesAdded, "\(seed)")
            added += report.entriesAdded
            refused += report.refusals.count
        }
        #expect(added > Self.files && refused > Self.files, "the generator is not tame")
    }
}
