// The rules for TimeOverflow's rows, on the sample with every kind of bad row, and importing twice.

import Foundation
import Shared
import Store
import TestSupport
import Testing

@testable import SyncClient

@Suite struct TimeOverflowTests {
    private let rows = TimeOverflowRows(
        scope: .neighborhood(OfficeInMemory.harbor), today: day("2026-11-22"))

    private func sample(_ path: String) throws -> ImportFiles.File {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent()
        let url = root.appendingPathComponent("Fixtures/timeoverflow/\(path)")
        return ImportFiles.File(
            name: url.lastPathComponent, bytes: [UInt8](try Data(contentsOf: url)))
    }

    @Test func everyFaultyRowIsNamedByLineAndReason() throws {
        let file = try sample("faulty/transfers.csv")
        let sorted = rows.transfers(file.bytes, file: file.name) { (1...90).contains($0) }
        let expected: [(Int, String)] = [
            (2, "member 999 is not known"), (3, "the same account"), (4, "above 0 seconds"),
            (5, "above 0 seconds"), (6, "3601 seconds is not whole minutes"),
            (7, "15000 minutes are more than one exchange may have"),
            (8, "\"2025-02-30 10:00:00\" is not a day"), (9, "2125-03-01 is in the future"),
            (10, "\"Person\" is no account type"), (11, "3 columns where 8 are needed"),
            (15, "not UTF-8"),
        ]
        #expect(sorted.refusals.map(\.line) == expected.map(\.0))
        for (refusal, (_, reason)) in zip(sorted.refusals, expected) {
            #expect(refusal.reason.contains(reason), "\(refusal)")
            #expect(refusal.file == "transfers.csv")
        }
        #expect(sorted.rows.map(\.line) == [1, 12, 14])
        #expect(Set(sorted.rows.map(\.importKey)).count == 3, "two equal rows are two entries")
        #expect(sorted.rows[1].description == "good row, \"quoted\", with\na line break inside")
    }

    @Test func theSourcePays() throws {
        let text = """
            1,Member,2,Member,3600,2025-03-01 10:00:00,food: soup,
            1,Organization,2,Member,3600,2025-03-01,legal help: the lease,
            1,Member,9,Organization,3600,2025-03-01,,
            1,Organization,9,Organization,3600,2025-03-01,,
            """
        let sorted = rows.transfers(Array(text.utf8), file: "t") { _ in true }
        #expect(sorted.rows.map(\.recipient) == [.member(1), .pot, .member(1)])
        #expect(sorted.rows.map(\.provider) == [.member(2), .member(2), .pot])
        #expect(sorted.rows.map(\.form) == [.exchange, .contribution, .donation])
        #expect(sorted.rows.map(\.category) == ["food", nil, nil])
        #expect(sorted.rows.map(\.description) == ["food: soup", "legal help: the lease", nil])
        #expect(sorted.refusals.map(\.line) == [4])
    }

    @Test func usersAreReadWhole() throws {
        let text = """
            1,2022-08-19,Jorge,Muñoz,,1,1944-07-01,555-0168,,m1@example.org
            1,2022-08-19,Other,One,,1,,,,
            0,2022-08-19,Zero,,,1,,,,
            2,2022-08-19,,,,1,,,,
            3,2022-13-19,Bad,Date,,1,,,,
            4,,Only,,,2,,,,
            """
        let sorted = rows.users(Array(text.utf8), file: "users.csv")
        #expect(sorted.rows.map(\.number) == [1, 4])
        #expect(sorted.rows[0].name == "Jorge Muñoz")
        #expect(sorted.rows[0].birthYear == 1944)
        #expect(sorted.rows[0].contacts == ["555-0168", "m1@example.org"])
        #expect(sorted.refusals.map(\.line) == [2, 3, 4, 5])
        #expect(sorted.refusals[0].reason == "member number 1 is on line 1 already")
    }

    // MARK: Into the book

    private func files(_ folder: String) throws -> ImportFiles {
        ImportFiles(
            users: try sample("\(folder)/users.csv"), posts: try sample("\(folder)/posts.csv"),
            transfers: try sample("\(folder)/transfers.csv"))
    }

    private func run(_ bench: Bench, isDryRun: Bool = false) throws -> ImportReport {
        try TimeOverflowImport(
            device: bench.device, neighborhood: OfficeInMemory.harbor, worker: OfficeInMemory.dana
        ).run(try files("faulty"), isDryRun: isDryRun)
    }

    @Test func aDryRunWritesNothing() throws {
        let bench = try Bench.ready(try OfficeInMemory())
        let report = try run(bench, isDryRun: true)
        #expect(report.membersAdded == 90)
        #expect(try bench.unsent() == 0)
        #expect(try bench.device.read { try $0.views.members().count } == 0)
    }

    @Test func importingTwiceAddsNothing() throws {
        let bench = try Bench.ready(try OfficeInMemory())
        let first = try run(bench)
        #expect((first.membersAdded, first.entriesAdded) == (90, 3))
        let again = try run(bench)
        #expect((again.membersAdded, again.entriesAdded) == (0, 0))
        #expect((again.membersKnown, again.entriesKnown) == (90, 3))
        #expect(again.refusals == first.refusals)
        #expect(try bench.sync().end == .complete)
        #expect(try run(bench).entriesAdded == 0)
        #expect(try bench.unsent() == 0)
    }

    @Test func anotherDevicesImportIsKnownAfterSyncing() throws {
        let office = try OfficeInMemory()
        let first = try Bench.ready(office)
        _ = try run(first)
        _ = try first.sync()
        let second = try Bench(
            office: office, keys: Fixed.keys(signing: 0x11, receiving: 0x22), seed: 9)
        _ = try second.sync()
        let report = try run(second)
        #expect((report.membersAdded, report.entriesAdded) == (0, 0))
        #expect(try second.unsent() == 0)
    }

    @Test func aTakenNumberLeadsToNobodyElse() throws {
        let bench = try Bench.ready(try OfficeInMemory())
        let ana = try bench.enroll(1, "Somebody Else")
        let report = try run(bench)
        #expect(report.membersAdded == 89)
        #expect(report.refusals[0].reason == "number 1 belongs to HAR-1 Somebody Else already")
        #expect(report.entriesAdded == 0, "all good rows of the sample are about number 1")
        #expect(try bench.statement(ana).lines.isEmpty)
    }
}
