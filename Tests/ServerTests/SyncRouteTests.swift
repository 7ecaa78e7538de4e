// The sync route from outside: who may ask, what repeated and odd requests get, paging.
// Neighbors: Office and FieldDevice speak to it; admission has tables of its own.

import HTTPTypes
import HummingbirdTesting
import NIOCore
import Shared
import Store
import TestSupport
import Testing

@testable import SyncServer

struct SyncRouteTests {
    @Test("a device records, another of the neighborhood receives, one elsewhere does not")
    func endToEnd() async throws {
        let office = try Office()
        try await office.serve { client in
            var first = FieldDevice(office, number: 1)
            var second = FieldDevice(office, number: 2)
            var elsewhere = FieldDevice(office, number: 3, homes: [office.millHill])
            for device in [first, second, elsewhere] { try await device.pair(client) }
            let ana = try first.enroll("Ana", number: 1)
            let luis = try first.enroll("Luis", number: 2)
            _ = first.author.write(.hoursRecorded, .exchange(ana, to: luis))
            let response = try await first.sync(client)
            #expect(
                response.outcomes == [
                    Outcome(first: Sequence64(1), last: Sequence64(3), disposition: .admitted)
                ])
            #expect(first.entries.suffix(3).map(\.content) == (1...3).map { .own(Sequence64($0)) })
            try await second.sync(client)
            #expect(second.entries.count == first.entries.count)
            #expect(Set(second.received.map(\.id)).isSuperset(of: first.keys.map(\.id)))
            try await elsewhere.sync(client)
            #expect(elsewhere.entries.count == first.entries.count - 3)
            #expect(elsewhere.cursor == first.cursor)
        }
        let names = try office.store.read { try $0.members().map($0.name(of:)) }
        #expect(names == ["Ana", "Luis"])
    }

    @Test("6: the same request twice is once")
    func repeated() async throws {
        let office = try Office()
        try await office.serve { client in
            var device = FieldDevice(office, number: 1)
            try await device.pair(client)
            _ = try device.enroll("Ana", number: 1)
            let request = try device.syncRequest()
            let once = try await device.exchange(request, client)
            let before = try office.store.read { $0.position }
            let again = try await device.exchange(request, client)
            #expect(once.outcomes.map(\.disposition) == [.admitted])
            #expect(again.outcomes.map(\.disposition) == [.duplicate])
            #expect(again.page == once.page)
            #expect(try office.store.read { $0.position } == before)
        }
    }

    @Test("19: a gap is held with what the server has, and goes in once it is closed")
    func gap() async throws {
        let office = try Office()
        try await office.serve { client in
            var device = FieldDevice(office, number: 1)
            try await device.pair(client)
            for number in 1...3 { _ = try device.enroll("Member", number: Int64(number)) }
            let held = try await device.sync(client, first: 3)
            #expect(held.outcomes.map(\.disposition) == [.held(after: .none)])
            let whole = try await device.sync(client, first: 1)
            #expect(whole.outcomes.map(\.disposition) == [.admitted])
        }
    }

    @Test("a cloned device that went another way is told where it diverged; nothing is stored")
    func diverged() async throws {
        let office = try Office()
        try await office.serve { client in
            var device = FieldDevice(office, number: 1)
            try await device.pair(client)
            _ = try device.enroll("Ana", number: 1)
            var clone = device
            _ = try device.enroll("Luis", number: 2)
            _ = try clone.enroll("Somebody else", number: 3)
            try await device.sync(client)
            let before = try office.store.read { $0.position }
            let response = try await clone.sync(client)
            #expect(response.outcomes.map(\.disposition) == [.diverged(common: Sequence64(1))])
            #expect(try office.store.read { $0.position } == before)
        }
    }

    @Test("a copy that parted is in the office's sight until it says that it has dealt with it")
    func partedCopy() async throws {
        let office = try Office()
        let replica = try await office.serve { client in
            var device = FieldDevice(office, number: 1)
            try await device.pair(client)
            _ = try device.enroll("Ana", number: 1)
            var clone = device
            _ = try device.enroll("Luis", number: 2)
            _ = try clone.enroll("Somebody else", number: 3)
            try await device.sync(client)
            #expect(try office.store.read { try $0.deviceRecords() }[0].parted == nil)
            try await clone.sync(client)
            office.clock.advance(days: 1)
            try await clone.sync(client, first: 3)
            _ = try clone.enroll("Another", number: 4)
            try await clone.sync(client, first: 3)
            return device.author.replica
        }
        let seen = try office.store.read { try $0.deviceRecords() }[0].parted
        let parted = try #require(seen)
        #expect(parted.times == 2 && parted.commonSequence == 0)
        #expect(parted.sign == "chain", "of the last: it goes on after the ledger's end")
        #expect(parted.firstSeen < parted.lastSeen)
        let waiting = try office.store.read { try $0.waitingRecords() }
            .filter { $0.what == "parted" }
        #expect(waiting.map(\.device) == ["tablet"])
        #expect(waiting[0].text.contains("devices settle \"tablet\""))
        let device = try office.store.read { try $0.device(replica.description) }
        try office.store.append { try $0.settle(device) }
        #expect(try office.store.read { try $0.deviceRecords() }[0].parted == nil)
        #expect(throws: Refusal(exit: 65, sentence: "no copy of tablet has been seen")) {
            try office.store.append { try $0.settle(device) }
        }
    }

    @Test("quarantined events are kept byte for byte, and keep their outcome")
    func quarantined() async throws {
        let office = try Office()
        try await office.serve { client in
            var device = FieldDevice(office, number: 1)
            try await device.pair(client)
            device.author.home = .neighborhood(office.millHill)
            _ = try device.enroll("Ana", number: 1)
            device.author.home = .neighborhood(office.harbor)
            _ = try device.enroll("Luis", number: 2)
            for _ in 1...2 {
                let response = try await device.sync(client)
                #expect(
                    response.outcomes.first?.disposition == .quarantined(.outOfScope))
            }
        }
        let kept = try office.store.read { try QuarantineTable($0.tables.db).list() }
        #expect(kept.map(\.reason) == [.outOfScope])
        #expect(try office.store.read { try $0.members().count } == 1)
    }

    @Test("18: a context of another history, or of the future, is marked unknown")
    func unknownContexts() async throws {
        let office = try Office()
        let first = try await office.serve { client in
            var device = FieldDevice(office, number: 1)
            try await device.pair(client)
            try await device.sync(client)
            _ = try device.enroll("Known", number: 1)
            let shown = (device.author.position, device.author.rootTag)
            device.author.rootTag = RootTag(of: .zero)
            _ = try device.enroll("Another history", number: 2)
            (device.author.position, device.author.rootTag) = (LedgerPosition(1_000), shown.1)
            _ = try device.enroll("The future", number: 3)
            // Its own position, which nobody can have been shown before it was given.
            device.author.position = LedgerPosition(shown.0.value + 4)
            _ = try device.enroll("Itself", number: 4)
            try await device.sync(client)
            return shown.0.next
        }
        let marks = try office.store.read { try $0.ledger(from: first, limit: 4) }
        #expect(marks.map(\.contextUnknown) == [false, true, true, true])
    }

    // MARK: Who may ask

    @Test("6: a stale or missing nonce gets 401 with a fresh one; a wrong signature 401")
    func authorization() async throws {
        let office = try Office()
        try await office.serve { client in
            let device = FieldDevice(office, number: 1)
            try await device.pair(client)
            let body = try device.syncRequest().encoded()
            let path = SyncProtocol.syncPath
            let without = try await client.post(path, body: body)
            #expect(without.status == .unauthorized)
            let fresh = try #require(without.headers[.hourbookNonce].flatMap { bytes(hex: $0) })

            office.clock.advance(days: 2)
            let stale = try await client.post(
                path, headers: try device.headers(body: body, nonce: fresh), body: body)
            #expect(stale.status == .unauthorized)
            #expect(String(buffer: stale.body).contains("urn:hourbook:problem:nonce"))
            let next = try #require(stale.headers[.hourbookNonce].flatMap { bytes(hex: $0) })
            let good = try await client.post(
                path, headers: try device.headers(body: body, nonce: next), body: body)
            #expect(good.status == .ok)

            let forged = try await client.post(
                path, headers: try device.headers(body: body), body: body + [0])
            #expect(forged.status == .unauthorized)
            #expect(String(buffer: forged.body).contains("urn:hourbook:problem:signature"))
        }
    }

    @Test("a replica that is not paired is refused")
    func unknownReplica() async throws {
        let office = try Office()
        try await office.serve { client in
            let device = FieldDevice(office, number: 1)
            let body = try device.syncRequest().encoded()
            let answer = try await client.post(
                SyncProtocol.syncPath, headers: try device.headers(body: body), body: body)
            #expect(answer.status == .unauthorized)
            #expect(String(buffer: answer.body).contains("unknown-replica"))
        }
    }

    @Test("a cursor of another history is refused, and nothing changes")
    func anotherLedger() async throws {
        let office = try Office()
        try await office.serve { client in
            var device = FieldDevice(office, number: 1)
            try await device.pair(client)
            try await device.sync(client)
            for cursor in [device.cursor, LedgerPosition(1_000_000)] {
                device.cursor = cursor
                device.cursorTag = RootTag(of: .zero)
                let body = try device.syncRequest().encoded()
                let answer = try await client.post(
                    SyncProtocol.syncPath, headers: try device.headers(body: body), body: body)
                #expect(answer.status == .conflict)
            }
        }
    }

    // MARK: Bad input

    @Test("random bytes to every route are answered with a problem", arguments: 1...20)
    func randomBytes(_ seed: UInt64) async throws {
        let office = try Office()
        try await office.serve { client in
            var random = SeededRandom(seed: seed)
            let device = FieldDevice(office, number: 1)
            try await device.pair(client)
            for path in [SyncProtocol.pairPath, SyncProtocol.syncPath, "/healthz", "/%00", "/"] {
                for method in [HTTPRequest.Method.post, .get, .put] {
                    let body = random.bytes(random.int(0...2_000))
                    let answer = try await client.execute(
                        uri: path, method: method, headers: try device.headers(body: body),
                        body: .init(bytes: body))
                    if method == .get, path == "/healthz" { continue }
                    #expect((400...499).contains(answer.status.code))
                    #expect(answer.headers[.contentType] == Problem.mediaType)
                    #expect(answer.headers[.hourbookNonce] != nil)
                }
            }
        }
    }

    @Test("20: damaged runs are refused whole, with 400", arguments: 1...20)
    func damagedRuns(_ seed: UInt64) async throws {
        let office = try Office()
        try await office.serve { client in
            var random = SeededRandom(seed: seed)
            var device = FieldDevice(office, number: 1)
            try await device.pair(client)
            _ = try device.enroll("Ana", number: 1)
            var request = try device.syncRequest()
            let bit = random.int(0...request.runs[0].count * 8 - 1)
            request.runs[0][bit / 8] ^= 1 << (bit % 8)
            let body = try request.encoded()
            let answer = try await client.post(
                SyncProtocol.syncPath, headers: try device.headers(body: body), body: body)
            // A flipped bit in the header's epoch is in no signature and changes nothing.
            #expect([400, 200].contains(answer.status.code))
            if answer.status == .ok {
                let response = try SyncResponse(decoding: Array(answer.body.readableBytesView))
                #expect(
                    [[.admitted], [.diverged(common: .none)]].contains(
                        response.outcomes.map(\.disposition)))
            }
        }
    }

    @Test("23: a body above the limit is refused")
    func tooLarge() async throws {
        let office = try Office()
        try await office.serve { client in
            let body = [UInt8](repeating: 0, count: 1_200_000)
            for path in [SyncProtocol.pairPath, SyncProtocol.syncPath] {
                let answer = try await client.post(path, body: body)
                #expect(answer.status == .contentTooLarge)
            }
        }
    }

    // MARK: Pages

    @Test("pages follow one another without gap or repetition, and end at the head")
    func paging() async throws {
        let office = try Office()
        try await office.serve { client in
            var writer = FieldDevice(office, number: 1)
            try await writer.pair(client)
            let ana = try writer.enroll("Ana", number: 1)
            let luis = try writer.enroll("Luis", number: 2)
            for index in 0..<PageLimits.entriesMax {
                let date = try #require(
                    CivilDate(year: 1900 + index % 300, month: 1 + index / 300 % 12, day: 1))
                _ = writer.author.write(.hoursRecorded, .exchange(ana, to: luis, on: date))
            }
            try await writer.sync(client)
            var reader = FieldDevice(office, number: 2)
            try await reader.pair(client)
            var pages = 0
            var more = true
            while more {
                let response = try await reader.sync(client)
                more = response.more
                #expect(more == response.scopes.isEmpty)
                pages += 1
            }
            let head = try office.store.read { $0.position }
            #expect(pages == 2)
            #expect(reader.entries.map(\.position.value) == Array(1...head.value))
            #expect(reader.cursor == head)
        }
    }

    @Test("an answer without news has a constant size, however long the ledger")
    func noNews() async throws {
        let office = try Office()
        try await office.serve { client in
            var device = FieldDevice(office, number: 1)
            try await device.pair(client)
            var sizes: [Int] = []
            for count in [1, 500] {
                for _ in 1...count { _ = try device.enroll("Ana", number: 1) }
                let news = try await device.sync(client)
                // Of the ledger and the scopes that grew: the community's only at first.
                #expect(news.checkpoints.count == (count == 1 ? 3 : 2))
                let digests = news.scopes
                var request = try device.syncRequest(pushing: false)
                request.held = digests
                let idle = try await device.exchange(request, client)
                #expect(idle.scopes.isEmpty)
                #expect(idle.page.isEmpty)
                #expect(idle.checkpoints.isEmpty)
                sizes.append(try idle.encoded().count)
            }
            // Positions and times are written in as many bytes as they need.
            #expect(abs(sizes[0] - sizes[1]) <= 2)
        }
    }
}
