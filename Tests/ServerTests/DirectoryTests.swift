// What devices are told of members elsewhere: everybody once, what changed again, nothing twice and
// nothing skipped, whatever ends a page. Neighbors: Sources/SyncServer/Pull/DirectoryReader.

import HummingbirdTesting
import Shared
import Store
import TestSupport
import Testing

@testable import SyncServer

struct DirectoryTests {
    /// The lines of all pages up to the ledger's end, in order, page by page.
    private func pull(
        _ device: inout FieldDevice, _ client: any TestClientProtocol
    ) async throws -> [(lines: [DirectoryLine], end: LedgerPosition)] {
        var pages: [(lines: [DirectoryLine], end: LedgerPosition)] = []
        var more = true
        while more {
            let answer = try await device.sync(client)
            pages.append((answer.directory, answer.cursor))
            more = answer.more
        }
        return pages
    }

    /// A device of Mill Hill that has sent members with these numbers, and one of Harbor that has
    /// just been paired.
    private struct Neighbors {
        var mill: FieldDevice
        var harbor: FieldDevice
        let members: [EntityID]

        init(
            _ office: Office, _ client: any TestClientProtocol, numbers: [Int64] = [1]
        ) async throws {
            var mill = FieldDevice(office, number: 1, homes: [office.millHill])
            try await mill.pair(client)
            members = try numbers.map { try mill.enroll("Mei", number: $0) }
            try await mill.sync(client)
            self.mill = mill
            harbor = FieldDevice(office, number: 2)
            try await harbor.pair(client)
        }
    }

    private func line(_ member: EntityID, _ office: Office, _ number: Int64) -> DirectoryLine {
        DirectoryLine(member: member, home: .neighborhood(office.millHill), number: number)
    }

    @Test("a device is told of members elsewhere, of none that it holds, and gets no key of theirs")
    func elsewhere() async throws {
        let office = try Office()
        try await office.serve { client in
            var near = try await Neighbors(office, client, numbers: [4, 2])
            let members = near.members
            let own = try near.harbor.enroll("Ana", number: 1)
            let answer = try await near.harbor.sync(client)
            #expect(answer.directory == [line(members[0], office, 4), line(members[1], office, 2)])
            #expect(near.harbor.received.allSatisfy { Set($0.subjects).isDisjoint(with: members) })
            let told = try await near.mill.sync(client).directory
            #expect(told.map(\.member) == [own])
            #expect(told.map(\.name) == [nil])
        }
    }

    @Test("who changed comes again, once; without news there is no line")
    func changed() async throws {
        let office = try Office()
        try await office.serve { client in
            var near = try await Neighbors(office, client, numbers: [1, 2])
            let members = near.members
            #expect(try await near.harbor.sync(client).directory.count == 2)
            #expect(try await near.harbor.sync(client).directory == [])
            let changes: [(FieldNumber, Value)] = [
                (MemberField.number, .integer(20)), (MemberField.active, .flag(false)),
            ]
            for (field, value) in changes {
                _ = near.mill.author.write(
                    .memberChanged, subject: members[1], .change(field, from: nil, to: value))
            }
            _ = near.mill.author.write(.hoursRecorded, .exchange(members[0], to: members[1]))
            try await near.mill.sync(client)
            let news = try await near.harbor.sync(client)
            #expect(
                news.directory == [
                    DirectoryLine(
                        member: members[1], home: .neighborhood(office.millHill), number: 20,
                        isActive: false)
                ])
            #expect(news.page.isEmpty)
            #expect(try await near.harbor.sync(client).directory == [])
        }
    }

    @Test("whom the office gives another number comes again")
    func renumbered() async throws {
        let office = try Office()
        try await office.serve { client in
            for number: UInt8 in 1...2 {
                var mill = FieldDevice(office, number: number, homes: [office.millHill])
                try await mill.pair(client)
                _ = try mill.enroll("Mei", number: 1)
                try await mill.sync(client)
            }
            var harbor = FieldDevice(office, number: 3)
            try await harbor.pair(client)
            #expect(try await harbor.sync(client).directory.map(\.number) == [1, 1])
            let (conflict, seen) = try office.store.read { views in
                (try #require(try views.conflicts().first), views.position)
            }
            try office.store.append { session in
                _ = try session.resolve(
                    conflict.id, as: office.ada, seen: seen,
                    DeskRuling(choice: .merge(field: "number", value: "2"), reason: "asked"))
            }
            let news = try await harbor.sync(client).directory
            #expect(news.map(\.member) == [conflict.entity])
            #expect(news.map(\.number) == [2])
        }
    }

    @Test("a device that holds every neighborhood is told nothing")
    func holdsAll() async throws {
        let office = try Office()
        try await office.serve { client in
            var mill = FieldDevice(office, number: 1, homes: [office.millHill])
            try await mill.pair(client)
            _ = try mill.enroll("Mei", number: 1)
            try await mill.sync(client)
            var laptop = FieldDevice(office, number: 2, homes: [office.harbor, office.millHill])
            try await laptop.pair(client)
            let answer = try await laptop.sync(client)
            #expect(answer.directory == [])
            #expect(answer.page.isEmpty == false)
        }
    }

    @Test("a revoked device is told nothing")
    func revoked() async throws {
        let office = try Office()
        try await office.serve { client in
            var near = try await Neighbors(office, client)
            let replica = near.harbor.author.replica
            try office.store.append { session in
                let device = try #require(try session.facts.device(replica))
                _ = try session.revoke(device, as: office.ada, reason: "lost")
            }
            #expect(try await near.harbor.sync(client).directory == [])
        }
    }

    @Test("an exchange with a member elsewhere reaches both neighborhoods")
    func reach() async throws {
        let office = try Office()
        try await office.serve { client in
            var near = try await Neighbors(office, client)
            let ana = try near.harbor.enroll("Ana", number: 1)
            let mei = try #require(try await near.harbor.sync(client).directory.first).member
            let entry = near.harbor.author.write(.hoursRecorded, .exchange(ana, to: mei))
            let outcomes = try await near.harbor.sync(client).outcomes
            #expect(outcomes.allSatisfy { [.admitted, .duplicate].contains($0.disposition) })
            try await near.mill.sync(client)
            let both = [office.harbor, office.millHill].map(ScopeID.neighborhood).sorted()
            #expect(near.harbor.entries.last?.reach == both)
            #expect(near.mill.entries.last?.reach == both)
            #expect(near.mill.entries.last?.content == .bytes(entry.encoded()))
        }
    }

    // MARK: Pages

    @Test("a page cut to fit a body takes its lines with it: each comes once, none is skipped")
    func cutPages() async throws {
        let office = try Office()
        try await office.serve { client in
            var random = SeededRandom(seed: 5)
            var mill = FieldDevice(office, number: 1, homes: [office.millHill])
            var writer = FieldDevice(office, number: 2)
            try await mill.pair(client)
            try await writer.pair(client)
            let ana = try writer.enroll("Ana", number: 1)
            let luis = try writer.enroll("Luis", number: 2)
            var members: [EntityID] = []
            for _ in 1...4 {
                members += try (0..<5).map { _ in
                    try mill.enroll("Mei", number: Int64(members.count + 1))
                }
                try await mill.sync(client, first: members.count - 4)
                let first = writer.author.written.count + 1
                for _ in 1...12 {
                    let words = SealedPart(
                        key: DataKeyID(1), nonce: counting(0, 12), ciphertext: random.bytes(50_000))
                    _ = writer.author.write(
                        .hoursRecorded, .exchange(ana, to: luis), sealed: [words])
                }
                try await writer.sync(client, first: first == 3 ? 1 : first)
            }
            var reader = FieldDevice(office, number: 3)
            try await reader.pair(client)
            let pages = try await pull(&reader, client)
            #expect(pages.count > 2)
            #expect(pages.flatMap(\.lines).map(\.member) == members)
            let places = try office.store.read { views in
                try members.map {
                    try #require(try views.tables.event($0.dot)?.observation.position)
                }
            }
            try expect(pages, toTellOf: Dictionary(uniqueKeysWithValues: zip(members, places)))
        }
    }

    /// Each line comes with the page that goes beyond its member's creation.
    private func expect(
        _ pages: [(lines: [DirectoryLine], end: LedgerPosition)],
        toTellOf places: [EntityID: LedgerPosition]
    ) throws {
        var start = LedgerPosition.start
        for (lines, end) in pages {
            for line in lines {
                let place = try #require(places[line.member])
                #expect(start < place && place <= end)
            }
            start = end
        }
    }

    @Test("a neighborhood larger than an answer comes page by page, in order, each member once")
    func manyLines() async throws {
        let office = try Office()
        try await office.serve { client in
            var mill = FieldDevice(office, number: 1, homes: [office.millHill])
            try await mill.pair(client)
            let name = SealedPart(key: DataKeyID(1), nonce: counting(0, 12), ciphertext: [1])
            let members = (1...Int64(DirectoryLine.countMax + 10)).map { number in
                mill.author.write(
                    .memberEnrolled, [MemberField.number: .integer(number)], sealed: [name]
                ).entity
            }
            try await mill.sync(client)
            var harbor = FieldDevice(office, number: 2)
            try await harbor.pair(client)
            let pages = try await pull(&harbor, client)
            #expect(pages.count == 2)
            #expect(pages.allSatisfy { $0.lines.count <= DirectoryLine.countMax })
            #expect(pages.flatMap(\.lines).map(\.member) == members)
            let head = try office.store.read { $0.position }
            #expect(harbor.cursor == head)
            // The page that the lines ended has the entries up to there, and the next one the rest.
            let places = harbor.entries.map(\.position)
            #expect(places == Array(Set(places)).sorted())
            #expect(places.last == head)
        }
    }

    @Test("events are looked at a bounded number at a time, and nothing is skipped")
    func manyEvents() async throws {
        let office = try Office()
        try await office.serve { client in
            var mill = FieldDevice(office, number: 1, homes: [office.millHill])
            try await mill.pair(client)
            let members = try (1...4).map { try mill.enroll("Mei", number: $0) }
            for number in 5...20 {
                _ = mill.author.write(
                    .memberChanged, subject: members[number % 3],
                    .change(MemberField.number, from: nil, to: .integer(Int64(number))))
            }
            try await mill.sync(client)
            try office.store.read { views in
                for eventsMax in 1...7 {
                    let reader = DirectoryReader(
                        views: views, held: [.community], eventsMax: eventsMax)
                    var cursor = LedgerPosition.start
                    var told: [EntityID: Int64] = [:]
                    while cursor < views.position {
                        let (lines, end) = try reader.lines(after: cursor, through: views.position)
                        #expect(lines.count <= eventsMax)
                        #expect(lines.allSatisfy { cursor < $0.position && $0.position <= end })
                        try #require(cursor < end)
                        for placed in lines { told[placed.line.member] = placed.line.number }
                        cursor = end
                    }
                    #expect(members.map { told[$0] } == [18, 19, 20, 4])
                }
            }
        }
    }

    // MARK: Repeated imports

    @Test(
        "of two imports of one row the one that stands is known, whichever came first",
        arguments: [
            [UInt8(1), 2], [2, 1],
        ])
    func repeatedImport(_ order: [UInt8]) async throws {
        let office = try Office()
        try await office.serve { client in
            var harbor = FieldDevice(office, number: 9)
            try await harbor.pair(client)
            var latest: [EntityID: DirectoryLine] = [:]
            for number in order {
                var mill = FieldDevice(office, number: number, homes: [office.millHill])
                try await mill.pair(client)
                let plain = mill.author.write(
                    .memberEnrolled, [MemberField.number: .integer(7)],
                    sealed: [
                        SealedPart(key: DataKeyID(1), nonce: counting(0, 12), ciphertext: [1])
                    ])
                mill.author = Author(mill.author.keys)
                mill.author.append(plain.imported.encoded())
                try await mill.sync(client)
                for line in try await harbor.sync(client).directory { latest[line.member] = line }
            }
            let standing = try office.store.read { try $0.members().map(\.id) }
            #expect(latest.count == 2)
            #expect(latest.values.filter { !$0.isAlias }.map(\.member) == standing)
        }
    }
}

extension Event {
    /// The same from a row of a file.
    fileprivate var imported: Event {
        Event(
            dot: dot, context: context, recordedAt: recordedAt, utcOffsetMinutes: utcOffsetMinutes,
            worker: worker, home: home, subject: nil, kind: kind, payload: payload, sealed: sealed,
            importKey: ImportKey(Bytes16(prefixOf: .of([7]))))
    }
}
