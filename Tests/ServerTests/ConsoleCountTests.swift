// What waits is counted in the menu of every page alike, and without reading what is kept apart.
// Neighbors: ConsoleWaitingTests and ConsoleDeskTests have what is counted.

import Foundation
import GRDB
import HTTPTypes
import HummingbirdTesting
import Shared
import Store
import TestSupport
import Testing

@testable import SyncServer

@Suite("Console: counts of what waits")
struct ConsoleCountTests {
    private func counts(_ page: String) -> [String] {
        page.matches(of: /class="count">([0-9]+)</).map { String($0.1) }
    }

    @Test("the menu says the same on every page, also on one that is not there")
    func everywhere() async throws {
        let town = try await ConsoleTown()
        let ada = try await town.browser()
        let list = try RouteList(conflict: ConflictID(7), town.office)
        var seen: [String: [String]] = [:]
        for (method, path) in list.inside.map(list.request) + [(.get, "/nowhere")]
        where method == .get {
            let answer = try await ada.get(path)
            if answer.status != .seeOther { seen[path] = counts(answer.text) }
        }
        #expect(seen.count > 12)
        #expect(Set(seen.values) == [["2"]], "\(seen)")
    }

    @Test("a coordinator's count is of what that person may know of, as the list")
    func served() async throws {
        let town = try await ConsoleTown()
        let dana = try await town.browser(town.office.dana)
        #expect(try await counts(dana.get("/people").text) == [])
        let worker = try town.office.store.append {
            try $0.addWorker(
                name: "Mo", role: .coordinator, neighborhoods: [town.office.millHill])
        }
        let mo = try await town.browser(worker)
        #expect(try await counts(mo.get("/people").text) == ["2"])
        #expect(try await mo.get("/waiting").text.contains("2 entries are kept apart"))
    }

    @Test("what was decided counts no more; what nobody can read is an admin's to count")
    func counted() async throws {
        let town = try await ConsoleTown()
        let ada = SignedIn(
            worker: town.office.ada, name: "", role: .admin, neighborhoods: [], session: .of(""))
        let mo = SignedIn(
            worker: town.office.dana, name: "", role: .coordinator,
            neighborhoods: [town.office.millHill], session: .of(""))
        _ = try town.office.store.append { session in
            try session.decide([town.kept[0]], .reject, as: town.office.ada, reason: "no")
        }
        try town.office.store.append { session in
            try session.db.execute(
                sql: """
                    INSERT INTO quarantine (replica, sequence, leaf, reason, received_at, bytes)
                    VALUES (?, 9, ?, 1, 5, x'00')
                    """,
                arguments: [Data(town.replica.bytes), Data(Hash.of([9]).bytes)])
        }
        try town.office.store.read { views in
            let (all, some) = (
                try KeptApartList.figures(views, for: ada),
                try KeptApartList.figures(views, for: mo)
            )
            #expect(all.count == 2 && all.since == Instant(milliseconds: 5))
            #expect(some.count == 1)
            #expect(try KeptApartList(views, for: mo).all.map(\.dot) == [town.kept[1]])
        }
    }

    @Test("entries that an earlier version kept apart are in somebody's book after the upgrade")
    func upgraded() throws {
        var migrator = DatabaseMigrator()
        StoreSchema.register(in: &migrator)
        ServerSchema.register(in: &migrator)
        let database = try DatabaseQueue()
        try migrator.migrate(database, upTo: "server 17: where pairing links lead")
        var author = Author()
        author.home = .neighborhood(Fixed.harbor)
        let event = author.write(.hoursRecorded, .exchange(Fixed.ana, to: Fixed.dana))
        try database.write { db in
            for (sequence, bytes) in [(1, event.encoded()), (2, [0])] {
                try db.execute(
                    sql: """
                        INSERT INTO quarantine
                            (replica, sequence, leaf, reason, received_at, bytes)
                        VALUES (?, ?, ?, 1, ?, ?)
                        """,
                    arguments: [
                        Data(author.replica.bytes), sequence, Data(Hash.of(bytes).bytes),
                        sequence, Data(bytes),
                    ])
            }
        }
        try migrator.migrate(database)
        let waiting = try database.read { try QuarantineTable($0).waiting() }
        #expect(waiting.map(\.home) == [nil, .neighborhood(Fixed.harbor)])
        #expect(waiting.map(\.count) == [1, 1])
    }
}
