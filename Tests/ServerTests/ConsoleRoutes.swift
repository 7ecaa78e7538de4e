// Every route of the console, as a request, for tests that try them all.
// Neighbors: ConsoleRouteTests asks who gets in, ConsoleEffectTests what each form writes.

import HTTPTypes
import Shared
import Store
import TestSupport

@testable import SyncServer

/// A new route that is not here fails `listed`.
struct RouteList {
    /// What paths name.
    struct Things {
        var replica = ReplicaID(signingKey: [1])
        var link = [UInt8](repeating: 7, count: PairingLink.idByteCount)
        var kept = Dot(ReplicaID(signingKey: [1]), Sequence64(3))
        var member = EntityID(Dot(ReplicaID(signingKey: [1]), Sequence64(1)))
        var worker = EntityID(Dot(ReplicaID(signingKey: [2]), Sequence64(1)))
        var position = LedgerPosition(1)
    }

    let conflict: ConflictID
    var things = Things()

    init(conflict: ConflictID) { self.conflict = conflict }

    /// Of things that there are.
    init(conflict: ConflictID, _ office: Office) throws {
        self.conflict = conflict
        things.link = try office.link().id
        things.worker = office.dana
        try office.store.read { views in
            things.replica = try views.devices().first?.replica ?? things.replica
            things.member = try views.members().first?.id ?? things.member
            things.kept =
                try QuarantineTable(views.tables.db).list().first?.dot ?? things.kept
            things.position = views.position
        }
    }

    var inside: [ConsoleRoute.Inside] {
        let (replica, kept, member) = (things.replica, things.kept, things.member)
        let devices: [ConsoleRoute.Devices] = [
            .list, .pairForm, .pair, .link(things.link), .withdraw(things.link), .one(replica),
            .changeScope(replica), .revokeForm(replica), .revoke(replica), .allowSplit(replica),
            .settle(replica),
        ]
        let waiting: [ConsoleRoute.Waiting] = [
            .list, .one(kept), .decide(kept), .several, .decideSeveral,
        ]
        let people: [ConsoleRoute.People] = [.list, .one(member), .move(member), .grant(member)]
        let workers: [ConsoleRoute.Workers] = [
            .list, .add, .invite(things.worker), .signOut(things.worker),
        ]
        let ledger: [ConsoleRoute.Ledger] = [.list, .one(things.position)]
        return [
            .home, .account, .signOut, .signOutEverywhere, .passphraseForm, .changePassphrase,
            .conflicts, .conflict(conflict),
            .decide(conflict), .assign(conflict), .ask(conflict), .decided, .undo,
        ] + devices.map { .devices($0) } + waiting.map { .waiting($0) }
            + people.map { .people($0) } + workers.map { .workers($0) } + ledger.map { .ledger($0) }
    }

    var open: [ConsoleRoute.Open] {
        [.style, .script, .signInForm, .signIn, .joinForm, .join, .chooseLanguage]
    }

    typealias Asked = (HTTPRequest.Method, String)

    func request(_ route: ConsoleRoute.Inside) -> Asked {
        switch route {
        case .home: (.get, "/")
        case .account: (.get, "/account")
        case .signOut: (.post, "/sign-out")
        case .signOutEverywhere: (.post, "/sign-out-everywhere")
        case .passphraseForm: (.get, "/passphrase")
        case .changePassphrase: (.post, "/passphrase")
        case .conflicts: (.get, "/conflicts")
        case .conflict(let id): (.get, "/conflicts/\(id)")
        case .decide(let id): (.post, "/conflicts/\(id)/decide")
        case .assign(let id): (.post, "/conflicts/\(id)/assign")
        case .ask(let id): (.post, "/conflicts/\(id)/ask")
        case .decided: (.get, "/decisions")
        case .undo: (.post, "/undo")
        case .devices(let route): request(route)
        case .waiting(let route): request(route)
        case .people(let route): request(route)
        case .workers(let route): request(route)
        case .ledger(let route): request(route)
        }
    }

    private func request(_ route: ConsoleRoute.Devices) -> Asked {
        switch route {
        case .list: (.get, "/devices")
        case .pairForm: (.get, "/devices/pair")
        case .pair: (.post, "/devices/pair")
        case .link(let id): (.get, "/devices/links/\(hex(id))")
        case .withdraw(let id): (.post, "/devices/links/\(hex(id))/withdraw")
        case .one(let replica): (.get, "/devices/\(replica)")
        case .changeScope(let replica): (.post, "/devices/\(replica)/scope")
        case .revokeForm(let replica): (.get, "/devices/\(replica)/revoke")
        case .revoke(let replica): (.post, "/devices/\(replica)/revoke")
        case .allowSplit(let replica): (.post, "/devices/\(replica)/split")
        case .settle(let replica): (.post, "/devices/\(replica)/settle")
        }
    }

    private func request(_ route: ConsoleRoute.Waiting) -> Asked {
        switch route {
        case .list: (.get, "/waiting")
        case .one(let dot): (.get, "/waiting/\(dot)")
        case .decide(let dot): (.post, "/waiting/\(dot)/decide")
        case .several: (.get, "/waiting/several")
        case .decideSeveral: (.post, "/waiting/several")
        }
    }

    private func request(_ route: ConsoleRoute.People) -> Asked {
        switch route {
        case .list: (.get, "/people")
        case .one(let member): (.get, "/people/\(member)")
        case .move(let member): (.post, "/people/\(member)/move")
        case .grant(let member): (.post, "/people/\(member)/grant")
        }
    }

    private func request(_ route: ConsoleRoute.Workers) -> Asked {
        switch route {
        case .list: (.get, "/workers")
        case .add: (.post, "/workers")
        case .invite(let worker): (.post, "/workers/\(worker)/invite")
        case .signOut(let worker): (.post, "/workers/\(worker)/sign-out")
        }
    }

    private func request(_ route: ConsoleRoute.Ledger) -> Asked {
        switch route {
        case .list: (.get, "/ledger")
        case .one(let position): (.get, "/ledger/\(position)")
        }
    }

    func request(_ route: ConsoleRoute.Open) -> Asked {
        switch route {
        case .style: (.get, "/style.css")
        case .script: (.get, "/page.js")
        case .signInForm: (.get, "/sign-in")
        case .signIn: (.post, "/sign-in")
        case .joinForm: (.get, "/join")
        case .join: (.post, "/join")
        case .chooseLanguage: (.post, "/language")
        }
    }

    var all: [Asked] { inside.map(request) + open.map(request) }
}
