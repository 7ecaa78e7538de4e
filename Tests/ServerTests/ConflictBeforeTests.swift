// What was there before the sides of a conflict, and a decision that takes each part from one of
// them. Neighbors: ConsoleDeskTests has the rest of the desk; HeadsTests the rule of the past.

import HTTPTypes
import HummingbirdTesting
import Shared
import Store
import TestSupport
import Testing

@testable import SyncServer

/// Ana gave Luis 0:30, as it was recorded; two devices say otherwise, each without the other.
private struct TwoSides {
    let office: Office
    let people: [EntityID]
    let entry: EntityID
    let ada: ConsoleBrowser

    /// Of each side who gave, who received (by number, from 0), and how long. `before` is how long
    /// it was said to be when both had seen it last.
    init(
        _ sides: [(gave: Int, received: Int, minutes: Int64)], before: Int64? = nil
    ) async throws {
        let office = try Office()
        self.office = office
        (people, entry) = try await office.serve { client in
            var devices = [1, 2].map { FieldDevice(office, number: $0) }
            for device in devices { try await device.pair(client) }
            let people = try ["Ana", "Luis", "Mei"].enumerated().map {
                try devices[0].enroll($1, number: Int64($0 + 1))
            }
            let entry = devices[0].author.write(
                .hoursRecorded, .exchange(people[0], to: people[1], minutes: 30)
            ).entity
            func say(_ index: Int, _ gave: Int, _ received: Int, _ minutes: Int64) async throws {
                func party(_ number: Int) -> [Party] {
                    [Party(account: people[number], minutes: Minutes(minutes))]
                }
                let shares = Shares(providers: party(gave), recipients: party(received))
                _ = devices[index].author.write(
                    .hoursAmended, subject: entry,
                    .change(HoursField.shares, from: nil, to: .shares(shares)))
                try await devices[index].sync(client)
            }
            try await devices[0].sync(client)
            if let before { try await say(0, 0, 1, before) }
            try await devices[1].sync(client)
            for (index, side) in sides.enumerated() {
                try await say(index, side.gave, side.received, side.minutes)
            }
            return (people, entry)
        }
        ada = try await office.browser(of: office.ada, at: office.site())
    }

    var path: String {
        get throws {
            let open = try office.store.read { try $0.conflicts() }
            return "/conflicts/\(try #require(open.first { $0.about == .amend }).id)"
        }
    }

    /// The letter of the side that a device wrote.
    func letter(gave: Int) throws -> String {
        try office.store.read { views in
            let conflict = try #require(try views.conflicts().first { $0.about == .amend })
            let index = try conflict.sides.firstIndex { side in
                try views.tables.event(side.dot)?.event.payload.shares(ChangeField.new)?
                    .providers.first?.account == people[gave]
            }
            return Views.letter(try #require(index))
        }
    }

    func decide(_ more: [(String, String)]) async throws -> ConsoleBrowser.Answer {
        let page = try await ada.get(path)
        return try await ada.post(
            path + "/decide",
            [
                ("seen", page.hidden("seen")), ("once", page.hidden("once")), ("choice", "parts"),
                ("reason", "asked both"),
            ] + more)
    }

    func shares() throws -> Shares? {
        guard case .hours(let hours)? = try office.store.read({ try $0.state(of: entry) }) else {
            return nil
        }
        return hours.shares
    }
}

@Suite("Console: what was before, and decisions part by part")
struct ConflictBeforeTests {
    private func before(_ page: String) -> [String] {
        page.matches(of: /class="before" data-name="Before">([^<]*)</).map { String($0.1) }
    }

    @Test("beside the sides of an amendment stands what both had seen and changed")
    func amendment() async throws {
        let town = try await TwoSides([(0, 1, 60), (0, 1, 75)])
        let page = try await town.ada.get(town.path).text
        #expect(before(page).contains("0:30") && before(page).contains("HAR-1 Ana"))
        #expect(page.contains(">Before</th>"))
    }

    @Test("beside the sides of a member's field stands the value that they changed")
    func field() async throws {
        let book = try await DisputedBook()
        let ada = try await book.office.browser(of: book.office.ada, at: book.office.site())
        let page = try await ada.get("/conflicts/\(try book.conflict(.field).id)").text
        #expect(before(page) == ["Ana"])
    }

    @Test("what was amended before the dispute is what stood before, and not the first of all")
    func later() async throws {
        let town = try await TwoSides([(0, 1, 60), (0, 1, 75)], before: 45)
        let page = try await town.ada.get(town.path).text
        #expect(before(page).contains("0:45") && !before(page).contains("0:30"))
    }

    @Test("where nothing had been seen by both, the page says so in words")
    func none() async throws {
        let book = try await DisputedBook()
        let ada = try await book.office.browser(of: book.office.ada, at: book.office.site())
        let page = try await ada.get("/conflicts/\(try book.conflict(.duplicate).id)").text
        #expect(before(page).isEmpty && !page.contains(">Before</th>"))
        #expect(page.contains("Before: each was recorded by itself"))
    }

    // MARK: Part by part

    @Test("who gave of one side, who received and how long of the other: one decision")
    func parts() async throws {
        let town = try await TwoSides([(2, 1, 60), (0, 2, 75)])
        let page = try await town.ada.get(town.path).text
        #expect(page.contains("value=\"parts\"") && !page.contains("value=\"merge\""))
        let (mei, ana) = (try town.letter(gave: 2), try town.letter(gave: 0))
        let answer = try await town.decide(
            [("part_gave", ana), ("part_received", mei), ("part_time", ana)])
        #expect(answer.status == .seeOther, "\(answer.text)")
        let shares = try #require(try town.shares())
        #expect(shares.providers == [Party(account: town.people[0], minutes: Minutes(75))])
        #expect(shares.recipients == [Party(account: town.people[1], minutes: Minutes(75))])
        #expect(try town.office.store.read { try $0.conflicts() }.isEmpty)
    }

    @Test("nobody gives to themselves: what was chosen is still there, and nothing is decided")
    func oneself() async throws {
        let town = try await TwoSides([(2, 1, 60), (0, 2, 75)])
        let (mei, ana) = (try town.letter(gave: 2), try town.letter(gave: 0))
        let answer = try await town.decide(
            [("part_gave", mei), ("part_received", ana), ("part_time", ana)])
        #expect(answer.status == .unprocessableContent)
        #expect(answer.text.contains("<option value=\"\(mei)\" selected>"))
        #expect(answer.text.contains("value=\"parts\" checked"))
        #expect(try !town.office.store.read { try $0.conflicts() }.isEmpty)
    }

    @Test("a letter that is no side's decides nothing", arguments: ["", "Z", "<b>"])
    func noSide(_ letter: String) async throws {
        let town = try await TwoSides([(2, 1, 60), (0, 2, 75)])
        let answer = try await town.decide(
            [("part_gave", letter), ("part_received", "A"), ("part_time", "A")])
        #expect(answer.status == .unprocessableContent && !answer.text.contains("<b>"))
        #expect(try !town.office.store.read { try $0.conflicts() }.isEmpty)
    }

    @Test("where only the time differs, a time is typed as before")
    func timeAlone() async throws {
        let town = try await TwoSides([(0, 1, 60), (0, 1, 75)])
        let page = try await town.ada.get(town.path).text
        #expect(!page.contains("value=\"parts\"") && page.contains("value=\"merge\""))
    }
}
