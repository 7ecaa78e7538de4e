// Each form of the console writes one event in the name of whoever signed in, or is on a list of
// those that write none, with the reason.
// Neighbors: ConsoleRoutes lists the routes; the suites of each group have what else must hold.

import Foundation
import HTTPTypes
import Shared
import Store
import TestSupport
import Testing

@testable import SyncServer

/// What a form does to the ledger.
private enum Effect {
    /// One event of this kind, by these fields.
    case event(Kind, [(String, String)])
    /// A suite of its own tries it: the conflict desk's, the devices'.
    case elsewhere
    case none(because: String, [(String, String)])
}

@Suite("Console: what forms write")
struct ConsoleEffectTests {
    private static func effect(_ route: ConsoleRoute.Inside, _ town: ConsoleTown) -> Effect? {
        switch route {
        case .home, .account, .passphraseForm, .conflicts, .conflict, .decided, .ledger: nil
        case .signOut, .signOutEverywhere:
            .none(because: "sessions stand beside the ledger", [])
        case .changePassphrase:
            .none(
                because: "accounts stand beside the ledger",
                [
                    ("now", ConsoleBrowser.passphrase), ("passphrase", "wagon violet harvest"),
                    ("again", "wagon violet harvest"),
                ])
        case .assign: .none(because: "who sees to it decides nothing", [("to", "me")])
        case .decide, .ask, .undo: .elsewhere
        case .devices(let route): effect(route, town)
        case .waiting(let route): effect(route, town)
        case .people(let route): effect(route, town)
        case .workers(let route): effect(route, town)
        }
    }

    private static func effect(_ route: ConsoleRoute.Devices, _ town: ConsoleTown) -> Effect? {
        switch route {
        case .list, .pairForm, .link, .one, .revokeForm: nil
        case .pair:
            .none(
                because: "the device's pairing is the event",
                [
                    ("worker", "\(town.office.dana)"), ("place", "\(town.office.harbor)"),
                    ("hours", "8"),
                    ("url", "http://127.0.0.1:8420"),
                ])
        case .withdraw: .none(because: "a link that nobody used granted nothing", [])
        case .changeScope: .elsewhere
        case .revoke: .event(.deviceRevoked, [("reason", "lost")])
        case .allowSplit: .none(because: "the copy's split is the event", [])
        case .settle: .none(because: "what was seen of a copy was no event", [])
        }
    }

    private static func effect(_ route: ConsoleRoute.Waiting, _ town: ConsoleTown) -> Effect? {
        switch route {
        case .list, .one, .several: nil
        case .decide:
            .event(.quarantineDecided, [("choice", "reject"), ("reason", "not ours")])
        case .decideSeveral:
            .none(
                because: "it writes one for each entry, for devices learn of each by its own",
                [])
        }
    }

    private static func effect(_ route: ConsoleRoute.People, _ town: ConsoleTown) -> Effect? {
        switch route {
        case .list, .one: nil
        case .move:
            .event(
                .memberMoved,
                [("was", "\(town.office.harbor)"), ("place", "\(town.office.millHill)")])
        case .grant:
            .event(
                .hoursRecorded, [("form", "grant"), ("minutes", "90"), ("reason", "welcome")])
        }
    }

    private static func effect(_ route: ConsoleRoute.Workers, _ town: ConsoleTown) -> Effect? {
        switch route {
        case .list: nil
        case .add:
            .event(
                .workerRegistered,
                [("name", "Eli"), ("role", "outreach"), ("place", "\(town.office.harbor)")])
        case .invite, .signOut: .none(because: "accounts stand beside the ledger", [])
        }
    }

    @Test("one event by whoever signed in, or none and a reason; sent twice, the same once")
    func effects() async throws {
        let made = RouteList(conflict: ConflictID(7))
        for index in made.inside.indices {
            let town = try await ConsoleTown()
            let list = try RouteList(conflict: ConflictID(7), town.office)
            let route = list.inside[index]
            let (method, path) = list.request(route)
            guard let effect = Self.effect(route, town) else {
                #expect(method == .get, "\(path)")
                continue
            }
            #expect(method == .post, "\(path)")
            let ada = try await town.browser()
            let before = try town.position
            func send(_ fields: [(String, String)]) async throws -> [ConsoleBrowser.Answer] {
                let form = fields + [("once", "one form")]
                return [try await ada.post(path, form), try await ada.post(path, form)]
            }
            switch effect {
            case .elsewhere: continue
            case .event(let kind, let fields):
                let answers = try await send(fields)
                #expect(
                    answers.allSatisfy { $0.status == .seeOther },
                    "\(path) \(answers.map(\.text))")
                let written = try town.written(after: before)
                #expect(written.map(\.knownKind) == [kind], "\(path)")
                #expect(written.first?.worker == town.office.ada, "\(path)")
            case .none(let reason, let fields):
                let answers = try await send(fields)
                #expect(answers.allSatisfy { $0.status.kind != .serverError }, "\(path)")
                #expect(try town.written(after: before).isEmpty, "\(path): \(reason)")
            }
        }
    }
}
