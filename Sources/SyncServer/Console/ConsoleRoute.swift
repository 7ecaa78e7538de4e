// The route table of the console, and what role each route needs: pure.
// Neighbors: ConsoleSite checks the role, then answers each.
// Invariants: whatever changes something is a POST; what is inside is reached with a session alone.

internal import HTTPTypes
internal import Shared

enum ConsoleRoute: Equatable, Sendable {
    case open(Open)
    case inside(Inside)

    /// For anybody.
    enum Open: Equatable, Sendable {
        case style, script
        case signInForm, signIn
        /// Where an invitation leads.
        case joinForm, join
        case chooseLanguage
    }

    /// For whoever has signed in, by role.
    enum Inside: Equatable, Sendable {
        case home
        case account, signOut, signOutEverywhere
        case passphraseForm, changePassphrase
        case conflicts
        case conflict(ConflictID)
        case decide(ConflictID)
        case assign(ConflictID)
        case ask(ConflictID)
        case decided, undo
        case devices(Devices)
        case waiting(Waiting)
        case people(People)
        case workers(Workers)
        case ledger(Ledger)
    }

    static let signInPath = "/sign-in"
    static let joinPath = "/join"

    init?(_ method: HTTPRequest.Method, _ path: String) {
        let parts = path.split(separator: "/", omittingEmptySubsequences: true).map(String.init)
        if let open = Open(method, parts) {
            self = .open(open)
        } else if let inside = Inside(method, parts) {
            self = .inside(inside)
        } else {
            return nil
        }
    }
}

extension ConsoleRoute.Open {
    fileprivate init?(_ method: HTTPRequest.Method, _ parts: [String]) {
        switch (method, parts) {
        case (.get, ["style.css"]): self = .style
        case (.get, ["page.js"]): self = .script
        case (.get, ["sign-in"]): self = .signInForm
        case (.post, ["sign-in"]): self = .signIn
        case (.get, ["join"]): self = .joinForm
        case (.post, ["join"]): self = .join
        case (.post, ["language"]): self = .chooseLanguage
        default: return nil
        }
    }
}

extension ConsoleRoute.Inside {
    fileprivate init?(_ method: HTTPRequest.Method, _ parts: [String]) {
        switch (method, parts.first, parts.count) {
        case (.get, nil, 0): self = .home
        case (.get, "account", 1): self = .account
        case (.get, "passphrase", 1): self = .passphraseForm
        case (.post, "passphrase", 1): self = .changePassphrase
        case (.post, "sign-out", 1): self = .signOut
        case (.post, "sign-out-everywhere", 1): self = .signOutEverywhere
        case (.get, "conflicts", 1): self = .conflicts
        case (.get, "decisions", 1): self = .decided
        case (.post, "undo", 1): self = .undo
        case (_, "conflicts", 2...3):
            guard let id = ConflictID(parts[1]) else { return nil }
            self.init(method, id, parts.dropFirst(2).first)
        default: self.init(method, group: parts)
        }
    }

    private init?(_ method: HTTPRequest.Method, group parts: [String]) {
        typealias Route = ConsoleRoute
        let rest = parts.dropFirst()
        let found: Self? =
            switch parts.first {
            case "devices": Route.Devices(method, rest).map { .devices($0) }
            case "waiting": Route.Waiting(method, rest).map { .waiting($0) }
            case "people": Route.People(method, rest).map { .people($0) }
            case "workers": Route.Workers(method, rest).map { .workers($0) }
            case "ledger": Route.Ledger(method, rest).map { .ledger($0) }
            default: nil
            }
        guard let found else { return nil }
        self = found
    }

    private init?(_ method: HTTPRequest.Method, _ conflict: ConflictID, _ what: String?) {
        switch (method, what) {
        case (.get, nil): self = .conflict(conflict)
        case (.post, "decide"): self = .decide(conflict)
        case (.post, "assign"): self = .assign(conflict)
        case (.post, "ask"): self = .ask(conflict)
        default: return nil
        }
    }

    /// The least role that gets an answer. What the ledger says of it is asked once more where
    /// something is written.
    var needs: Role {
        switch self {
        case .home, .account, .signOut, .signOutEverywhere, .passphraseForm, .changePassphrase,
            .conflicts, .conflict, .assign, .decided:
            .coordinator
        case .decide, .ask, .undo: .admin
        case .devices(let route): route.needs
        case .waiting(let route): route.needs
        case .people(let route): route.needs
        case .workers(let route): route.needs
        case .ledger(let route): route.needs
        }
    }

    /// Whether what was typed can be shown there again: not of a button alone, nor of entries that
    /// were chosen.
    var keepsTyped: Bool {
        switch self {
        case .assign, .devices(.withdraw), .devices(.allowSplit), .devices(.settle),
            .waiting(.decideSeveral), .workers(.invite):
            false
        case .home, .account, .signOut, .signOutEverywhere, .passphraseForm, .changePassphrase,
            .conflicts, .conflict, .decide, .ask, .undo, .decided, .devices, .waiting, .people,
            .workers, .ledger:
            formPage != nil
        }
    }

    /// The page on which the form of a POST stands, where somebody whose session had ended goes on
    /// once they have signed in anew.
    var formPage: String? {
        switch self {
        case .decide(let id), .assign(let id), .ask(let id): "/conflicts/\(id)"
        case .undo: "/decisions"
        case .devices(let route): route.formPage
        case .waiting(let route): route.formPage
        case .people(let route): route.formPage
        case .workers(let route): route.formPage
        // A passphrase is never shown again.
        case .home, .account, .signOut, .signOutEverywhere, .passphraseForm, .changePassphrase,
            .conflicts, .conflict, .decided, .ledger:
            nil
        }
    }
}
