// Every route of the console: who gets in, what another site can cause, and that looking changes
// nothing. Neighbors: ConsoleRoute says what each needs; ConsoleDeskTests what they do.

import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Shared
import Store
import Testing

@testable import Faces
@testable import SyncServer

@Suite("Console: routes")
struct ConsoleRouteTests {
    private let routes = RouteList(conflict: ConflictID(7))

    @Test("each is in this list, and its path leads to it")
    func listed() throws {
        for route in routes.inside {
            let (method, path) = routes.request(route)
            #expect(ConsoleRoute(method, path) == .inside(route))
        }
        for route in routes.open {
            let (method, path) = routes.request(route)
            #expect(ConsoleRoute(method, path) == .open(route))
        }
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Sources/SyncServer/Console")
        let tables = try ["ConsoleRoute.swift", "ConsoleRoute+Groups.swift"].map {
            try String(contentsOf: folder.appendingPathComponent($0), encoding: .utf8)
        }
        let entries = tables.joined().matches(
            of: /case \(\.(get|post), .*: self(?: = |\.init\(typed)/
        ).count
        #expect(entries == routes.all.count)
    }

    @Test("without a session every inner route leads to the sign-in, and shows nothing")
    func outside() async throws {
        let (office, _) = try await Office.sameNumber()
        let browser = ConsoleBrowser(office.site())
        let before = try office.fingerprint()
        for (method, path) in routes.inside.map(routes.request) {
            let answer = try await browser.ask(method, path, headers: [.origin: browser.origin])
            #expect(answer.status == .seeOther, "\(path)")
            #expect(answer.location?.hasPrefix("/sign-in?back=") == true, "\(path)")
            #expect(answer.text.isEmpty, "\(path)")
        }
        #expect(try office.fingerprint() == before)
    }

    @Test("a session gets what its worker's role needs, and of the rest a plain no")
    func roles() async throws {
        for isAdmin in [true, false] {
            for route in routes.inside {
                let (office, _) = try await Office.sameNumber()
                let worker = isAdmin ? office.ada : office.dana
                let browser = try await office.browser(of: worker, at: office.site())
                let (method, path) = routes.request(route)
                let answer = try await browser.ask(
                    method, path, headers: [.origin: browser.origin])
                let isAllowed = isAdmin || route.needs <= .coordinator
                #expect((answer.status != .forbidden) == isAllowed, "\(path)")
                #expect(answer.status.kind != .serverError, "\(path) \(answer.text)")
            }
        }
    }

    @Test("a cookie that no session was begun with opens nothing", arguments: ["0", "", "ada"])
    func forged(_ begin: String) async throws {
        let office = try Office()
        _ = try await office.browser(of: office.ada, at: office.site())
        let stranger = ConsoleBrowser(office.site())
        stranger.set("hourbook-console-8420", String(repeating: begin, count: 64))
        #expect(try await stranger.get("/").status == .seeOther)
    }

    @Test("a form without a session is said to be lost; a page that was asked for is not")
    func lostForm() async throws {
        let office = try Office()
        let site = office.site()
        let browser = try await office.browser(of: office.ada, at: site)
        let stranger = ConsoleBrowser(site)
        let sentence = "Your session has ended, and nothing was done."
        for (method, path) in routes.inside.map(routes.request) {
            let answer = try await stranger.ask(method, path, headers: [.origin: browser.origin])
            let signIn = try await stranger.get(try #require(answer.location))
            #expect(signIn.text.contains(sentence) == (method == .post), "\(path)")
        }
        // Of a button alone nothing is kept, and it stays said while the passphrase is wrong.
        office.clock.advance(days: 1)
        let late = try await browser.post("/sign-out-everywhere")
        let shown = try await browser.get(try #require(late.location))
        #expect(shown.text.contains(sentence))
        let wrong = try await browser.post(
            "/sign-in",
            [("name", "Ada"), ("passphrase", "not this one"), ("form", shown.hidden("form"))])
        #expect(wrong.status == .unprocessableContent && wrong.text.contains(sentence))
        let forged = try await stranger.get("/sign-in?form=%3Cb%3E")
        #expect(forged.status == .ok && !forged.text.contains("<b>"))
    }

    @Test("a form that is larger than any here is refused with a sentence, and does nothing")
    func tooLarge() async throws {
        let (office, _) = try await Office.sameNumber()
        let site = office.site()
        let browser = try await office.browser(of: office.ada, at: site)
        let before = try office.fingerprint()
        let large = [("reason", String(repeating: "x", count: FormFields.bytesMax))]
        for (method, path) in routes.all where method == .post {
            let answer = try await browser.post(path, large)
            #expect(answer.status == .contentTooLarge, "\(path)")
            #expect(answer.text.contains("more than a form here can hold"), "\(path)")
        }
        #expect(try office.fingerprint() == before)
    }

    // MARK: Other sites

    @Test("no form of another site is taken, whatever session the browser has")
    func foreign() async throws {
        let (office, _) = try await Office.sameNumber()
        let browser = try await office.browser(of: office.ada, at: office.site())
        let site = try #require(HTTPField.Name("Sec-Fetch-Site"))
        let before = try office.fingerprint()
        for (method, path) in routes.all where method == .post {
            for headers: HTTPFields in [
                [.origin: "https://evil.example"], [.origin: "null"], [:],
                [.origin: "https://127.0.0.1:8420"], [.origin: "http://127.0.0.1:8421"],
                [.origin: browser.origin, site: "cross-site"],
                [.origin: browser.origin, site: "same-site"],
            ] {
                let answer = try await browser.ask(.post, path, headers: headers)
                #expect(answer.status == .forbidden, "\(path) \(headers)")
            }
        }
        #expect(try office.fingerprint() == before)
    }

    @Test("a name that is not the machine's is not answered over plain HTTP")
    func rebound() async throws {
        let office = try Office()
        let browser = ConsoleBrowser(office.site())
        let answer = try await browser.ask(.get, "/sign-in", host: "evil.example:8420")
        #expect(answer.status == .misdirectedRequest)
        #expect(
            try await browser.ask(.get, "/sign-in", host: "[::1]:8420").status == .ok)
    }

    @Test("a link elsewhere may lead to a page, and an image elsewhere may not")
    func links() async throws {
        let office = try Office()
        let browser = ConsoleBrowser(office.site())
        let names = try ["Site", "Mode", "Dest"].map {
            try #require(HTTPField.Name("Sec-Fetch-\($0)"))
        }
        func status(_ mode: String, _ dest: String) async throws -> HTTPResponse.Status {
            try await browser.ask(
                .get, "/sign-in",
                headers: [names[0]: "cross-site", names[1]: mode, names[2]: dest]
            ).status
        }
        #expect(try await status("navigate", "document") == .ok)
        #expect(try await status("navigate", "iframe") == .forbidden)
        #expect(try await status("no-cors", "image") == .forbidden)
        #expect(try await status("cors", "empty") == .forbidden)
    }

    @Test("looking at every page changes nothing, and a path of a form is no page")
    func looking() async throws {
        let (office, _) = try await Office.sameNumber()
        let browser = try await office.browser(of: office.ada, at: office.site())
        let conflict = try #require(try office.store.read { try $0.conflicts().first })
        let routes = try RouteList(conflict: conflict.id, office)
        let before = try office.fingerprint()
        let pages = Set(routes.all.filter { $0.0 == .get }.map(\.1))
        for (method, path) in routes.all {
            for method in [HTTPRequest.Method.get, .head, .put, .delete] {
                _ = try await browser.ask(method, path, headers: [.origin: browser.origin])
            }
            // Some forms go to the page that they stand on.
            if method == .post, !pages.contains(path) {
                #expect(try await browser.get(path).status == .notFound, "\(path)")
            }
        }
        #expect(try office.fingerprint() == before)
    }

    @Test("every answer forbids scripts, frames and copies that are not its own")
    func headers() async throws {
        let office = try Office()
        let browser = try await office.browser(of: office.ada, at: office.site())
        for (method, path) in routes.all + [(.get, "/nowhere")] {
            let answer = try await browser.ask(method, path)
            let policy = answer.response.headers[HTTPField.Name("Content-Security-Policy")!]
            #expect(policy?.contains("default-src 'none'") == true, "\(path)")
            #expect(answer.response.headers[.cacheControl] != nil, "\(path)")
        }
    }

    @Test("what people wrote is text on every page")
    func hostile() async throws {
        let name = "<img src=x onerror=alert(1)>\"'{{t.home}}"
        let (office, _) = try await Office.sameNumber(name: name)
        let eve = try office.store.append {
            try $0.addWorker(name: "<b>Eve</b>", role: .admin, neighborhoods: [])
        }
        let site = office.site()
        let browser = try await office.browser(of: eve, at: site)
        let conflict = try #require(try office.store.read { try $0.conflicts().first })
        _ = try await browser.post("/conflicts/\(conflict.id)/assign", [("to", "me")])
        var sawName = false
        for (_, path) in try RouteList(conflict: conflict.id, office).all.filter({ $0.0 == .get }) {
            let text = try await browser.get(path + "?back=%22%3E%3Cscript%3E").text
            #expect(!text.contains("<img") && !text.contains("<b>Eve"), "\(path)")
            #expect(!text.contains("\"><script"), "\(path)")
            sawName = sawName || text.contains("&lt;img src=x")
        }
        #expect(sawName)
        let wrong = try await ConsoleBrowser(site).signIn(name)
        #expect(!wrong.text.contains("<img"))
    }

    @Test("a device's routes and the health check are answered beside the pages")
    func beside() async throws {
        let office = try Office()
        try await ServerApplication.build(store: office.store, console: office.site())
            .test(.router) { client in
                let health = try await client.execute(uri: "/healthz", method: .get)
                #expect(health.status == .ok)
                let nothing = try await client.execute(uri: "/v1/nothing", method: .get)
                #expect(nothing.status == .notFound)
                #expect(nothing.headers[.hourbookNonce] != nil)
                let page = try await client.execute(
                    uri: "/sign-in", method: .get, headers: [:])
                #expect(page.headers[.hourbookNonce] == nil)
            }
    }

    @Test("both languages have every page", arguments: ["en", "es"])
    func languages(_ language: String) async throws {
        let (office, _) = try await Office.sameNumber()
        let browser = try await office.browser(of: office.ada, at: office.site())
        let conflict = try #require(try office.store.read { try $0.conflicts().first })
        for (method, path) in try RouteList(conflict: conflict.id, office).all
        where method == .get && !path.contains(".") {
            let text = try await browser.get(path, language: language).text
            #expect(!text.contains("⟨"), "\(path)")
            if path != "/sign-in" { #expect(text.contains("lang=\"\(language)\""), "\(path)") }
        }
    }
}
