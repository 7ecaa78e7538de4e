// Devices on the pages: pairing by a link that is used once, what a device holds, and one that is
// taken out of use while it syncs.
// Neighbors: PairingTests, RevocationTests and ScopeTests have the rules beneath.

import Foundation
import GRDB
import HTTPTypes
import HummingbirdTesting
import Shared
import Store
import TestSupport
import Testing

@testable import SyncServer

@Suite("Console: devices")
struct ConsoleDeviceTests {
    private func pairForm(_ office: Office, hours: String = "8") -> [(String, String)] {
        [
            ("once", "1"), ("worker", "\(office.dana)"), ("place", "\(office.harbor)"),
            ("hours", hours), ("url", "http://127.0.0.1:8420"),
        ]
    }

    /// A link that was made on the page, and where its page is.
    private func link(
        _ office: Office, _ ada: ConsoleBrowser, hours: String = "8"
    ) async throws -> (page: String, link: PairingLink) {
        let answer = try await ada.post("/devices/pair", pairForm(office, hours: hours))
        let page = try #require(answer.location)
        let text = try await ada.get(page).text
        let shown = try #require(text.firstMatch(of: /hourbook:\/\/[^<]+/)).output
        return (page, try #require(PairingLink(shown.replacing("&amp;", with: "&"))))
    }

    @Test("a link that was made on the page pairs one device, and both show one check number")
    func paired() async throws {
        let office = try Office()
        let ada = try await office.browser(of: office.ada, at: office.site())
        let (page, link) = try await link(office, ada)
        #expect(try await ada.get("/devices").text.contains(page))
        #expect(try await ada.get(page).text.contains("data-state=\"open\""))
        let device = FieldDevice(office, number: 1)
        try await office.serve { client in
            let answer = try await client.post(
                SyncProtocol.pairPath, body: try device.pairRequest(link).encoded())
            #expect(answer.status == .ok)
        }
        let after = try await ada.get(page).text
        #expect(after.contains("data-state=\"paired\"") && !after.contains("hourbook://"))
        let number = PairingCheck.number(
            community: link.community, replica: device.author.replica,
            ledgerKey: office.store.keys.ledger.signingPublicKey)
        #expect(number.wholeMatch(of: /\d{3} \d{3}/) != nil)
        #expect(after.contains(number))
        let own = try await ada.get("/devices/\(device.author.replica)").text
        #expect(own.contains(number) && own.contains("Dana"))
        let paired = try #require(try office.store.read { try $0.devices().first })
        #expect(paired.role == .coordinator && paired.neighborhoods == [office.harbor])
    }

    @Test("an expired link shows no secret, and a withdrawn one is gone")
    func over() async throws {
        let office = try Office()
        let ada = try await office.browser(of: office.ada, at: office.site())
        let (page, link) = try await link(office, ada, hours: "1")
        office.clock.advance(milliseconds: 3_600_000)
        let late = try await ada.get(page).text
        #expect(late.contains("data-state=\"expired\"") && !late.contains("hourbook://"))
        #expect(try await ada.post(page + "/withdraw").status == .seeOther)
        #expect(try await ada.get(page).location == "/devices")
        let device = FieldDevice(office, number: 1)
        try await office.serve { client in
            let answer = try await client.post(
                SyncProtocol.pairPath, body: try device.pairRequest(link).encoded())
            #expect(answer.status == .forbidden)
        }
    }

    @Test("a used link is not withdrawn: its device stays")
    func usedStays() async throws {
        let town = try await ConsoleTown()
        let ada = try await town.browser()
        let used = try town.office.store.read { views in
            try Data.fetchOne(
                views.tables.db, sql: "SELECT id FROM pairing_link WHERE replica IS NOT NULL")
        }
        let id = hex([UInt8](try #require(used)))
        _ = try await ada.post("/devices/links/\(id)/withdraw")
        #expect(try await ada.get("/devices/links/\(id)").text.contains("data-state=\"paired\""))
    }

    @Test(
        "what a link cannot grant is said, and no link is made",
        arguments: [
            ("worker", "", "Tick who records"), ("place", "", "Choose a neighborhood"),
            ("hours", "0", "1 to 168"), ("hours", "169", "1 to 168"),
            ("hours", "99999999999999999999", "1 to 168"), ("url", "ftp://x", "An address looks"),
            ("url", "http://book.example.org", "An address without encryption"),
        ])
    func wrong(_ field: String, _ value: String, _ sentence: String) async throws {
        let office = try Office()
        let ada = try await office.browser(of: office.ada, at: office.site())
        let form = pairForm(office).map { $0.0 == field ? ($0.0, value) : $0 }
        let answer = try await ada.post("/devices/pair", form)
        #expect(answer.status == .unprocessableContent)
        #expect(answer.text.contains(sentence), "\(answer.text)")
        let links = try office.store.read {
            try PairingLinkTable($0.tables.db).open(at: office.clock.now, limit: 10)
        }
        #expect(links.isEmpty)
    }

    @Test("a neighborhood that none of the workers serves is not granted")
    func unserved() async throws {
        let office = try Office()
        let ada = try await office.browser(of: office.ada, at: office.site())
        let answer = try await ada.post(
            "/devices/pair", pairForm(office) + [("place", "\(office.millHill)")])
        #expect(answer.text.contains("None of these workers serves Mill Hill"))
    }

    // MARK: What it holds

    @Test("of two admins who change what it holds, the second is shown what the first did")
    func staleScope() async throws {
        let town = try await ConsoleTown()
        let (harbor, mill) = (town.office.harbor, town.office.millHill)
        // One who serves both, on a device that holds one.
        let both = try town.office.store.append { session in
            try session.addWorker(
                name: "Bo", role: .outreach, neighborhoods: [harbor, mill])
        }
        let link = try town.office.store.append {
            try $0.makePairingLink(
                workers: [both], neighborhoods: [harbor], role: .outreach, host: "127.0.0.1",
                port: 8420, mode: .loopback)
        }
        let device = FieldDevice(town.office, number: 9)
        try await town.office.serve { client in
            let request = device.pairRequest(link, label: "second")
            _ = try await client.post(SyncProtocol.pairPath, body: try request.encoded())
        }
        let path = "/devices/\(device.author.replica)/scope"
        let before = try town.position
        let ada = try await town.browser()
        let bea = try await town.browser(town.office.bea)
        let form = [("was", "\(harbor)"), ("place", "\(harbor)"), ("place", "\(mill)")]
        #expect(try await ada.post(path, form + [("once", "a")]).status == .seeOther)
        let late = try await bea.post(
            path, [("was", "\(harbor)"), ("place", "\(mill)"), ("once", "b")])
        #expect(late.status == .conflict && late.text.contains("Somebody changed this device"))
        let written = try town.written(after: before)
        #expect(written.map(\.knownKind) == [.deviceScopeChanged])
        #expect(written.first?.worker == town.office.ada)
        let none = try await ada.post(path, [("was", "\(harbor)"), ("once", "c")])
        #expect(none.status == .unprocessableContent)
    }

    // MARK: Out of use

    @Test("a device that is taken out of use while it syncs: what it brings after is kept apart")
    func revoked() async throws {
        let town = try await ConsoleTown(kept: 0)
        let ada = try await town.browser()
        let bea = try await town.browser(town.office.bea)
        let path = "/devices/\(town.replica)/revoke"
        #expect(try await ada.get(path).text.contains("stays in the ledger"))
        #expect(try await ada.post(path, [("once", "1")]).status == .unprocessableContent)
        let first = town.device.author.chain.sequence
        let brought = try await town.office.serve { client in
            var device = town.device
            _ = device.author.write(
                .hoursRecorded, .exchange(town.members[0], to: town.members[1]))
            #expect(
                try await ada.post(path, [("once", "2"), ("reason", "lost")]).status == .seeOther)
            let request = try device.syncRequest(first: Int(first.value) + 1)
            return try await device.exchange(request, client).outcomes.map(\.disposition)
        }
        #expect(brought == [.quarantined(.revoked)])
        #expect(try await ada.get("/waiting").text.contains("the device was out of use"))
        #expect(try await ada.get("/").text.contains("1 entry is kept apart"))
        // The other admin had the page open.
        let before = try town.position
        let again = try await bea.post(path, [("once", "3"), ("reason", "stolen")])
        #expect(again.status == .seeOther)
        #expect(try town.position == before)
        let text = try await bea.get("/devices/\(town.replica)").text
        #expect(text.contains("out of use already") && !text.contains("/scope\""))
    }

    @Test("hostile text in a device's name and a link's fields is text")
    func hostile() async throws {
        let office = try Office()
        let ada = try await office.browser(of: office.ada, at: office.site())
        let label = "<script>alert(1)</script>{{t.home}}"
        let link = try office.link()
        let device = FieldDevice(office, number: 1)
        try await office.serve { client in
            let request = device.pairRequest(link, label: label)
            _ = try await client.post(SyncProtocol.pairPath, body: try request.encoded())
        }
        let replica = device.author.replica
        for path in [
            "/devices", "/devices/\(replica)", "/devices/\(replica)/revoke",
            "/devices/links/\(hex(link.id))", "/devices?q=%3Cscript%3E", "/ledger",
        ] {
            let text = try await ada.get(path).text
            #expect(!text.contains("<script>alert"), "\(path)")
        }
        let typed = try await ada.post(
            "/devices/pair", [("url", "\"><script>alert(1)</script>"), ("hours", "8")])
        #expect(!typed.text.contains("<script>alert"))
    }
}
