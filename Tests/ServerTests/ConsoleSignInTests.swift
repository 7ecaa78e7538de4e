// Who gets into the console: invitations, passphrases, tries, sessions.
// Neighbors: Sources/SyncServer/Accounts; ConsoleRouteTests say what whoever is in may do.

import Foundation
import HTTPTypes
import Hummingbird
import Shared
import Store
import TestSupport
import Testing

@testable import SyncServer

@Suite("Console: signing in")
struct ConsoleSignInTests {
    @Test("an invitation is looked at as often as one likes, and used once")
    func invited() async throws {
        let office = try Office()
        let site = office.site()
        let invitation = try office.store.invite(office.ada)
        let path = "/join?token=\(invitation.token)"
        let (first, second) = (ConsoleBrowser(site), ConsoleBrowser(site))
        #expect(try await first.get(path).text.contains("Ada"))
        #expect(try await second.get(path).status == .ok)
        #expect(try await first.join(invitation).location == "/")
        #expect(try await first.get("/").status == .ok)
        #expect(try await second.join(invitation).status == .gone)
        #expect(try await second.get(path).status == .gone)
        #expect(try await second.get("/").location?.hasPrefix("/sign-in") == true)
    }

    @Test("an invitation ends after a day, and with the next one for the same person")
    func invitationsEnd() async throws {
        let office = try Office()
        let browser = ConsoleBrowser(office.site())
        let old = try office.store.invite(office.ada)
        let new = try office.store.invite(office.ada)
        #expect(try await browser.join(old).status == .gone)
        office.clock.advance(days: 1)
        #expect(try await browser.join(new).status == .gone)
    }

    @Test("whoever only records is not invited")
    func roles() throws {
        let office = try Office()
        let eva = try office.store.append {
            try $0.addWorker(name: "Eva", role: .outreach, neighborhoods: [office.harbor])
        }
        #expect(throws: Refusal.self) { try office.store.invite(eva) }
        #expect(throws: Refusal.self) { try office.store.invite(office.harbor) }
        _ = try office.store.invite(office.dana)
    }

    @Test("a new passphrase ends the sessions of the old one")
    func anotherPassphrase() async throws {
        let office = try Office()
        let site = office.site()
        let old = try await office.browser(of: office.ada, at: site)
        _ = try await office.browser(of: office.ada, at: site)
        #expect(try await old.get("/").location?.hasPrefix("/sign-in") == true)
    }

    @Test("the right name and passphrase lead back to the page that was asked for")
    func rightOnes() async throws {
        let office = try Office()
        let site = office.site()
        _ = try await office.browser(of: office.ada, at: site)
        let browser = ConsoleBrowser(site)
        let asked = try await browser.get("/conflicts")
        #expect(asked.location == "/sign-in?back=%2Fconflicts")
        #expect(try await browser.signIn("ADA", back: "/conflicts").location == "/conflicts")
        #expect(try await browser.get("/conflicts").status == .ok)
        #expect(try await browser.signIn("Ada", back: "https://evil.example").location == "/")
    }

    @Test("a wrong name, a wrong passphrase and no account get one answer")
    func wrongOnes() async throws {
        let office = try Office()
        let site = office.site()
        _ = try await office.browser(of: office.ada, at: site)
        let browser = ConsoleBrowser(site)
        var answers: Set<String> = []
        for (name, passphrase) in [
            ("Ada", "another river copper"), ("Bea", ConsoleBrowser.passphrase),
            ("Nobody", ConsoleBrowser.passphrase), ("Ada", ""),
            ("Ada", " " + ConsoleBrowser.passphrase),
        ] {
            let answer = try await browser.signIn(name, passphrase)
            #expect(answer.status == .unprocessableContent)
            answers.insert(answer.text.replacing("value=\"\(name)\"", with: ""))
        }
        #expect(answers.count == 1)
        #expect(try await browser.get("/").location?.hasPrefix("/sign-in") == true)
    }

    @Test("after five tries there is a wait, which the right passphrase does not shorten")
    func tooMany() async throws {
        let office = try Office()
        let site = office.site()
        _ = try await office.browser(of: office.ada, at: site)
        _ = try await office.browser(of: office.bea, at: site)
        let browser = ConsoleBrowser(site)
        for _ in 1...5 { try await browser.signIn("Ada", "not this one at all") }
        let refused = try await browser.signIn("Ada")
        #expect(refused.status == .tooManyRequests)
        #expect(refused.response.headers[HTTPField.Name("Retry-After")!] == "1")
        // Another account is not kept out.
        #expect(try await browser.signIn("Bea").status == .seeOther)
        office.clock.advance(milliseconds: 1_000)
        #expect(try await browser.signIn("Ada").status == .seeOther)
    }

    @Test("a cookie of a console over TLS is its host's alone, and no script reads it")
    func cookies() async throws {
        let office = try Office()
        for (door, begin, isSecure) in [
            (ConsoleDoor.encrypted, "__Host-hourbook=", true), (.proxied, "__Host-hourbook=", true),
            (.loopback, "hourbook-console-8420=", false),
        ] {
            let browser = ConsoleBrowser(office.site(door))
            let answer = try await browser.join(try office.store.invite(office.ada))
            let line = try #require(answer.response.headers[values: .setCookie].first)
            #expect(line.hasPrefix(begin))
            #expect(line.contains("; Path=/; HttpOnly; SameSite=Strict"))
            #expect(line.contains("; Secure") == isSecure)
            #expect(!line.contains("Domain"))
        }
    }

    @Test("what is stored of links and sessions opens nothing")
    func nothingStored() async throws {
        let office = try Office()
        let site = office.site()
        let invitation = try office.store.invite(office.ada)
        let browser = ConsoleBrowser(site)
        let answer = try await browser.join(invitation)
        let cookie = try #require(answer.response.headers[values: .setCookie].first)
        let token = String(
            try #require(cookie.split(separator: ";").first?.split(separator: "=").last))
        let open = try office.store.invite(office.bea)
        let stored = try office.fingerprint().joined()
        for secret in [invitation.token, token, open.token, ConsoleBrowser.passphrase] {
            #expect(!stored.contains(secret))
        }
    }

    @Test("behind a proxy tries are counted for the address that it saw, whatever a browser claims")
    func proxied() async throws {
        let office = try Office()
        let browser = ConsoleBrowser(office.site(.proxied))
        let name = try #require(HTTPField.Name("X-Forwarded-For"))
        func status(_ number: Int, from address: String) async throws -> HTTPResponse.Status {
            try await browser.ask(
                .post, "/sign-in", [("name", "\(number)"), ("passphrase", "a wrong one again")],
                headers: [.origin: browser.origin, name: address]
            ).status
        }
        for number in 1...20 {
            let claimed = "198.51.100.\(number), 2001:db8:0:1::\(number)"
            #expect(try await status(number, from: claimed) == .unprocessableContent)
        }
        #expect(try await status(21, from: "2001:db8:0:1:ffff::1") == .tooManyRequests)
        #expect(try await status(22, from: "2001:db8:0:2::1") == .unprocessableContent)
    }

    @Test(
        "a link begins with where browsers find the server",
        arguments: [
            (nil, ServingRecord.Mode.loopback, "127.0.0.1", "http://127.0.0.1:8420"),
            (nil, .loopback, "::1", "http://[::1]:8420"),
            (nil, .pinned, "192.0.2.7", "https://192.0.2.7:8420"),
            ("https://book.example.org", .pinned, "192.0.2.7", "https://book.example.org"),
            ("https://book.example.org:444/", .public, nil, "https://book.example.org:444"),
        ] as [(String?, ServingRecord.Mode, String?, String)])
    func addresses(
        _ typed: String?, _ mode: ServingRecord.Mode, _ host: String?, _ url: String
    ) throws {
        let record = ServingRecord(mode: mode, host: host, port: 8420)
        let address = try ConsoleAddress(typed: typed, record: record)
        #expect(address.url == url)
        #expect(address.joining("ab") == "\(url)/join?token=ab")
    }

    @Test(
        "an address that nobody could open is refused with what to say instead",
        arguments: ["book.example.org", "ftp://book", "https://a/b", "https://a?b", "https://"])
    func noAddress(_ typed: String) {
        #expect(throws: Refusal.self) { try ConsoleAddress(typed: typed, record: nil) }
        let everywhere = ServingRecord(mode: .pinned, host: nil, port: 8420)
        #expect(throws: Refusal.self) { try ConsoleAddress(typed: nil, record: everywhere) }
        #expect(throws: Refusal.self) { try ConsoleAddress(typed: nil, record: nil) }
    }

    // MARK: Sessions

    @Test("a session ends after eight hours without a request, and after a week in any case")
    func ended() async throws {
        let office = try Office()
        let browser = try await office.browser(of: office.ada, at: office.site())
        for _ in 1...24 {
            office.clock.advance(milliseconds: AccountLimits.idleMilliseconds - 1)
            #expect(
                try await browser.get("/account").status == (office.isWeekOver ? .seeOther : .ok))
        }
        #expect(office.isWeekOver)
        try await browser.signIn("Ada")
        office.clock.advance(milliseconds: AccountLimits.idleMilliseconds)
        #expect(try await browser.get("/account").status == .seeOther)
    }

    @Test("signing out ends this session, everywhere ends all, and so do the office's commands")
    func signedOut() async throws {
        let office = try Office()
        let site = office.site()
        let one = try await office.browser(of: office.ada, at: site)
        let two = ConsoleBrowser(site)
        try await two.signIn("Ada")
        _ = try await one.post("/sign-out")
        #expect(try await one.get("/account").status == .seeOther)
        #expect(try await two.get("/account").status == .ok)
        try await one.signIn("Ada")
        _ = try await two.post("/sign-out-everywhere")
        #expect(try await one.get("/account").status == .seeOther)
        try await one.signIn("Ada")
        let ended = try office.store.note { try SessionTable($0).removeAll(of: office.ada) }
        #expect(ended == 1)
        #expect(try await one.get("/account").status == .seeOther)
        try await one.signIn("Ada")
        #expect(try office.store.note { try ConsoleAccountTable($0).remove(office.ada) })
        #expect(try await one.get("/account").status == .seeOther)
        #expect(try await one.signIn("Ada").status == .unprocessableContent)
    }

    @Test("with an eleventh browser the one seen longest ago is signed out")
    func bounded() async throws {
        let office = try Office()
        let site = office.site()
        var browsers = [try await office.browser(of: office.ada, at: site)]
        for _ in 1...AccountLimits.sessionsMax {
            office.clock.advance(milliseconds: 1)
            let browser = ConsoleBrowser(site)
            try await browser.signIn("Ada")
            browsers.append(browser)
        }
        #expect(try await browsers[0].get("/account").status == .seeOther)
        #expect(try await browsers[1].get("/account").status == .ok)
        #expect(try office.store.consoleAccounts().map(\.sessions) == [AccountLimits.sessionsMax])
    }

    // MARK: Passphrases

    @Test(
        "what is easy to guess is refused",
        arguments: [
            ("short", Passphrase.Fault?.some(.tooShort)), ("aaaaaaaaaaaaaaaa", .tooEasy),
            ("12121212121212", .tooEasy), ("abcdefghijklmnop", .tooEasy),
            ("1234567890123456", .tooEasy), ("Password1234", .tooEasy),
            ("contraseña2026", .tooEasy), ("qwertyuiop1234", .tooEasy),
            ("Ada Ada Ada Ada", .tooEasy), ("Riverside2026!", .tooEasy),
            (String(repeating: "long enough ", count: 20), .tooLong),
            ("lamp river copper tent", nil), ("un gato azul duerme", nil),
        ])
    func passphrases(_ typed: String, _ fault: Passphrase.Fault?) {
        #expect(Passphrase.fault(in: typed, names: ["Ada", "Riverside"]) == fault)
    }

    @Test("a passphrase that is refused uses no invitation up")
    func refusedPassphrase() async throws {
        let office = try Office()
        let browser = ConsoleBrowser(office.site())
        let invitation = try office.store.invite(office.ada)
        for (passphrase, again) in [("short", "short"), ("lamp river copper tent", "lamp")] {
            let answer = try await browser.post(
                "/join",
                [("token", invitation.token), ("passphrase", passphrase), ("again", again)])
            #expect(answer.status == .unprocessableContent)
            #expect(!answer.text.contains(passphrase))
        }
        #expect(try await browser.join(invitation).status == .seeOther)
    }

    @Test("the cost of a guess is kept with each hash, and the salt is its own")
    func hashes() throws {
        let salts = [counting(1, 16), counting(2, 16)]
        let hashes = try salts.map {
            try PassphraseHash(of: "lamp river copper", cost: .tests, salt: $0)
        }
        #expect(hashes[0].hash != hashes[1].hash)
        #expect(try hashes[0].fits("lamp river copper"))
        #expect(try !hashes[0].fits("lamp river copper "))
        #expect(try !PassphraseHash.nobodys(cost: .tests).fits(""))
        // Typed on another keyboard: the same letters in other code points.
        let composed = try PassphraseHash(of: "camión \u{e9}", cost: .tests, salt: salts[0])
        #expect(try composed.fits("camio\u{301}n e\u{301}"))
    }
}

@Suite("Console: tries")
struct SignInLimitsTests {
    private let ada = SignInLimits.Key.name("ada")
    private let here = SignInLimits.Key.address("192.0.2.1")
    private func at(_ seconds: Int64) -> Instant { Instant(milliseconds: seconds * 1_000) }

    @Test("each wait is twice the one before, to five minutes for an account")
    func doubling() {
        var limits = SignInLimits()
        var now: Int64 = 0
        for _ in 1...5 { #expect(limits.begin([ada], at: at(now)) == nil) }
        var waits: [Int] = []
        for _ in 1...11 {
            let wait = limits.begin([ada], at: at(now)) ?? 0
            waits.append(wait)
            #expect(limits.begin([ada], at: at(now + Int64(wait) - 1)) != nil)
            now += Int64(wait)
            #expect(limits.begin([ada], at: at(now)) == nil)
        }
        #expect(waits == [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300])
    }

    @Test("an address waits for what it tried at all accounts")
    func addresses() {
        var limits = SignInLimits()
        for number in 1...20 {
            #expect(limits.begin([.name("\(number)"), here], at: at(0)) == nil)
        }
        #expect(limits.begin([.name("one more"), here], at: at(0)) == 1)
        #expect(limits.begin([.name("one more"), .address("192.0.2.2")], at: at(0)) == nil)
    }

    @Test(
        "what succeeded or was long ago is forgotten, and a clock set back locks nobody out"
    )
    func forgotten() {
        var limits = SignInLimits()
        for _ in 1...5 { _ = limits.begin([ada], at: at(0)) }
        limits.succeeded(ada)
        for _ in 1...5 { #expect(limits.begin([ada], at: at(1)) == nil) }
        #expect(limits.begin([ada], at: at(1)) != nil)
        #expect(limits.begin([ada], at: at(1 + 24 * 3_600)) == nil)
        for _ in 1...9 { _ = limits.begin([ada], at: at(90_000)) }
        #expect(limits.begin([ada], at: at(10)) == nil)
    }

    @Test("it is bounded, and forgets whoever tried longest ago")
    func bounded() {
        var limits = SignInLimits()
        for _ in 1...6 { _ = limits.begin([ada], at: at(0)) }
        for number in 1...SignInLimits.keysMax {
            _ = limits.begin([.name("\(number)")], at: at(1))
        }
        #expect(limits.begin([ada], at: at(0)) == nil)
    }
}

extension Office {
    fileprivate var isWeekOver: Bool {
        clock.now.milliseconds - ManualClock().now.milliseconds
            >= AccountLimits.sessionMilliseconds
    }
}
