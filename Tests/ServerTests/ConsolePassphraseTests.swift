// Changing one's own passphrase on the console. Neighbors: ConsoleSignInTests has the sign-in whose
// limits it shares; ConsoleRouteTests who gets in.

import HTTPTypes
import Hummingbird
import Shared
import TestSupport
import Testing

@testable import SyncServer

@Suite("Console: changing a passphrase")
struct ConsolePassphraseTests {
    private static let new = "wagon violet harvest"

    private let office: Office
    private let site: ConsoleSite
    private let ada: ConsoleBrowser

    init() async throws {
        office = try Office()
        site = office.site()
        ada = try await office.browser(of: office.ada, at: site)
    }

    private func change(
        _ browser: ConsoleBrowser, now: String = ConsoleBrowser.passphrase, to new: String = new,
        again: String? = nil
    ) async throws -> ConsoleBrowser.Answer {
        try await browser.post(
            "/passphrase", [("now", now), ("passphrase", new), ("again", again ?? new)])
    }

    @Test("the new one opens, the old one does not, and every other browser is signed out")
    func changed() async throws {
        let other = ConsoleBrowser(site)
        try await other.signIn("Ada")
        let bea = try await office.browser(of: office.bea, at: site)
        #expect(try await change(ada).location == "/account")
        #expect(try await ada.get("/account").text.contains("Your passphrase is changed"))
        #expect(try await other.get("/").location?.hasPrefix("/sign-in") == true)
        #expect(try await bea.get("/").status == .ok)
        #expect(try await other.signIn("Ada").status == .unprocessableContent)
        #expect(try await other.signIn("Ada", Self.new).status == .seeOther)
    }

    @Test("an invitation that lies in somebody's mail opens nothing any more")
    func invitation() async throws {
        let invitation = try office.store.invite(office.ada)
        #expect(try await change(ada).status == .seeOther)
        #expect(try await ConsoleBrowser(site).join(invitation).status == .gone)
    }

    @Test(
        "what is refused changes nothing, ends nothing, and is never shown again",
        arguments: [
            ("not this one at all", ConsolePassphraseTests.new, nil, "not the passphrase you have"),
            (ConsoleBrowser.passphrase, "too short", nil, "at least 12 characters"),
            (ConsoleBrowser.passphrase, "aaaaaaaaaaaaaa", nil, "easy to guess"),
            (
                ConsoleBrowser.passphrase, ConsolePassphraseTests.new, "another of them",
                "not the same"
            ),
        ] as [(String, String, String?, String)])
    func refused(_ now: String, _ new: String, _ again: String?, _ words: String) async throws {
        let before = try office.fingerprint()
        let answer = try await change(ada, now: now, to: new, again: again)
        #expect(answer.status == .unprocessableContent && answer.text.contains(words))
        #expect(!answer.text.contains(now) && !answer.text.contains(new))
        #expect(try office.fingerprint() == before)
    }

    @Test("the fewest characters are said before anything is typed", arguments: ["en", "es"])
    func least(_ language: String) async throws {
        let page = try await ada.get("/passphrase", language: language).text
        let join = try await ConsoleBrowser(site).get(
            "/join?token=\(try office.store.invite(office.bea).token)", language: language)
        for text in [page, join.text] {
            #expect(text.contains("id=\"passphrase-hint\">A") && text.contains(" 12 "))
        }
    }

    @Test("tries are counted with those of signing in, and a new one that is refused is none")
    func counted() async throws {
        for _ in 1...9 { _ = try await change(ada, to: "short") }
        for _ in 1...3 { _ = try await change(ada, now: "not this one at all") }
        let browser = ConsoleBrowser(site)
        for _ in 1...2 { try await browser.signIn("Ada", "not this one at all") }
        let refused = try await change(ada)
        #expect(refused.status == .tooManyRequests)
        #expect(refused.response.headers[HTTPField.Name("Retry-After")!] == "1")
        #expect(try await browser.signIn("Ada").status == .tooManyRequests)
        office.clock.advance(milliseconds: 1_000)
        #expect(try await change(ada).status == .seeOther)
    }

    @Test("a form whose session has ended is not kept: no passphrase waits on the server")
    func ended() async throws {
        office.clock.advance(days: 1)
        let late = try await change(ada)
        #expect(late.location?.contains("held=") == false)
        #expect(late.location?.hasPrefix("/sign-in?back=") == true)
        #expect(try await ada.signIn("Ada").status == .seeOther)
    }
}
