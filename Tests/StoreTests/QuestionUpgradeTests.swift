// Questions that came while a program did not know their kind are there once it does.
// Neighbors: StoreSchema has the migration; Views+Questions finds them.

import GRDB
import Shared
import TestSupport
import Testing

@testable import Store

@Suite("Questions of before an update") struct QuestionUpgradeTests {
    /// Of the office, and of somebody who only says so.
    private static func question(_ author: inout Author) -> Event {
        author.write(
            .conflictAsked,
            [
                QuestionField.conflict: .integer(ConflictKind.amend.rawValue),
                QuestionField.sides: .sides([Side(dot: Fixed.ana.dot, leaf: .of([1]))]),
                QuestionField.worker: .entity(Fixed.dana),
                QuestionField.about: .entity(Fixed.ana),
            ])
    }

    @Test("are known then, and none that a device wrote")
    func known() throws {
        var migrator = DatabaseMigrator()
        StoreSchema.register(in: &migrator)
        let database = try DatabaseQueue()
        try migrator.migrate(database, upTo: "store 7: events that name others")
        var server = Author(Fixed.keys(signing: 0x80, receiving: 0x90))
        var device = Author()
        server.home = .community
        let founded = server.write(.communityFounded, [FoundedField.name: .text("Riverside")])
        server.home = .neighborhood(Fixed.harbor)
        let events = [founded, Self.question(&server), Self.question(&device)]
        try database.write { db in
            let tables = LedgerTables(db)
            for (index, event) in events.enumerated() {
                let position = LedgerPosition(UInt64(index + 1))
                let new = NewEvent(
                    event: event, leaf: .leaf(event.encoded()), bytes: event.encoded())
                try tables.insert(
                    new,
                    Admitted(
                        position: position, reach: [event.home],
                        receivedAt: Instant(milliseconds: 0), contextUnknown: false))
                // Of the others it had no idea.
                guard index == 0 else { continue }
                try tables.project([
                    RecordedEvent(event: event, leaf: new.leaf, position: position)
                ])
            }
            try tables.finish()
        }
        try migrator.migrate(database)
        let (found, home) = try database.read { db in
            let views = Views(
                tables: LedgerTables(db),
                reader: SealedReader(
                    keyring: try Keyring(DatabaseQueue()), community: Fixed.community),
                position: LedgerPosition(3))
            return (try views.questions(), try views.home(of: events[1].entity)?.home)
        }
        #expect(found.map(\.id) == [events[1].entity])
        #expect(home == .neighborhood(Fixed.harbor))
    }
}
