// The routes of the console's groups of pages: devices, what waits, people and workers, the ledger.
// Neighbors: ConsoleRoute asks each by the first part of the path; a ConsoleSite file answers each.

internal import HTTPTypes
internal import Shared

extension ConsoleRoute {
    enum Devices: Equatable, Sendable {
        case list
        case pairForm, pair
        /// A pairing link, by its id.
        case link([UInt8])
        case withdraw([UInt8])
        case one(ReplicaID)
        case changeScope(ReplicaID)
        case revokeForm(ReplicaID), revoke(ReplicaID)
        case allowSplit(ReplicaID)
        case settle(ReplicaID)
    }

    enum Waiting: Equatable, Sendable {
        case list
        case one(Dot), decide(Dot)
        /// All that a filter finds: looked at first, then decided.
        case several, decideSeveral
    }

    enum People: Equatable, Sendable {
        case list
        case one(EntityID)
        case move(EntityID)
        case grant(EntityID)
    }

    enum Workers: Equatable, Sendable {
        case list, add
        case invite(EntityID)
        case signOut(EntityID)
    }

    enum Ledger: Equatable, Sendable {
        case list
        case one(LedgerPosition)
    }
}

extension ConsoleRoute.Devices {
    init?(_ method: HTTPRequest.Method, _ parts: some Collection<String>) {
        let parts = Array(parts)
        switch (method, parts.first, parts.count) {
        case (.get, nil, 0): self = .list
        case (.get, "pair", 1): self = .pairForm
        case (.post, "pair", 1): self = .pair
        case (_, "links", 2...3):
            guard let id = bytes(hex: parts[1]) else { return nil }
            self.init(method, link: id, parts.dropFirst(2).first)
        case (_, let typed?, 1...2):
            guard let replica = bytes(hex: typed).flatMap({ ReplicaID($0) }) else { return nil }
            self.init(method, replica, parts.dropFirst().first)
        default: return nil
        }
    }

    private init?(_ method: HTTPRequest.Method, link: [UInt8], _ what: String?) {
        switch (method, what) {
        case (.get, nil): self = .link(link)
        case (.post, "withdraw"): self = .withdraw(link)
        default: return nil
        }
    }

    private init?(_ method: HTTPRequest.Method, _ replica: ReplicaID, _ what: String?) {
        switch (method, what) {
        case (.get, nil): self = .one(replica)
        case (.post, "scope"): self = .changeScope(replica)
        case (.get, "revoke"): self = .revokeForm(replica)
        case (.post, "revoke"): self = .revoke(replica)
        case (.post, "split"): self = .allowSplit(replica)
        case (.post, "settle"): self = .settle(replica)
        default: return nil
        }
    }

    var needs: Role { .admin }

    var formPage: String? {
        switch self {
        case .pair: "/devices/pair"
        case .withdraw(let id): "/devices/links/\(hex(id))"
        case .changeScope(let replica), .allowSplit(let replica), .settle(let replica):
            "/devices/\(replica)"
        case .revoke(let replica): "/devices/\(replica)/revoke"
        case .list, .pairForm, .link, .one, .revokeForm: nil
        }
    }
}

extension ConsoleRoute.Waiting {
    init?(_ method: HTTPRequest.Method, _ parts: some Collection<String>) {
        let parts = Array(parts)
        switch (method, parts.first, parts.dropFirst().first) {
        case (.get, nil, _): self = .list
        case (.get, "several", nil): self = .several
        case (.post, "several", nil): self = .decideSeveral
        case (_, let typed?, let what):
            guard let dot = Dot(typed), parts.count <= 2 else { return nil }
            self.init(method, dot, what)
        default: return nil
        }
    }

    private init?(_ method: HTTPRequest.Method, _ dot: Dot, _ what: String?) {
        switch (method, what) {
        case (.get, nil): self = .one(dot)
        case (.post, "decide"): self = .decide(dot)
        default: return nil
        }
    }

    var needs: Role {
        switch self {
        case .list, .one: .coordinator
        case .decide, .several, .decideSeveral: .admin
        }
    }

    var formPage: String? {
        switch self {
        case .decide(let dot): "/waiting/\(dot)"
        case .decideSeveral: "/waiting"
        case .list, .one, .several: nil
        }
    }
}

extension ConsoleRoute.People {
    init?(_ method: HTTPRequest.Method, _ parts: some Collection<String>) {
        let parts = Array(parts)
        switch (method, parts.first, parts.count) {
        case (.get, nil, 0): self = .list
        case (_, let typed?, 1...2):
            guard let member = EntityID(typed) else { return nil }
            self.init(method, member, parts.dropFirst().first)
        default: return nil
        }
    }

    private init?(_ method: HTTPRequest.Method, _ member: EntityID, _ what: String?) {
        switch (method, what) {
        case (.get, nil): self = .one(member)
        case (.post, "move"): self = .move(member)
        case (.post, "grant"): self = .grant(member)
        default: return nil
        }
    }

    var needs: Role {
        switch self {
        case .list, .one, .move: .coordinator
        case .grant: .admin
        }
    }

    var formPage: String? {
        switch self {
        case .move(let member), .grant(let member): "/people/\(member)"
        case .list, .one: nil
        }
    }
}

extension ConsoleRoute.Workers {
    init?(_ method: HTTPRequest.Method, _ parts: some Collection<String>) {
        let parts = Array(parts)
        switch (method, parts.first, parts.count) {
        case (.get, nil, 0): self = .list
        case (.post, nil, 0): self = .add
        case (_, let typed?, 2):
            guard let worker = EntityID(typed) else { return nil }
            self.init(method, worker, parts[1])
        default: return nil
        }
    }

    private init?(_ method: HTTPRequest.Method, _ worker: EntityID, _ what: String) {
        switch (method, what) {
        case (.post, "invite"): self = .invite(worker)
        case (.post, "sign-out"): self = .signOut(worker)
        default: return nil
        }
    }

    var needs: Role {
        switch self {
        case .list: .coordinator
        case .add, .invite, .signOut: .admin
        }
    }

    var formPage: String? {
        switch self {
        case .add, .invite, .signOut: "/workers"
        case .list: nil
        }
    }
}

extension ConsoleRoute.Ledger {
    init?(_ method: HTTPRequest.Method, _ parts: some Collection<String>) {
        let parts = Array(parts)
        switch (method, parts.first, parts.count) {
        case (.get, nil, 0): self = .list
        case (.get, let typed?, 1): self.init(typed)
        default: return nil
        }
    }

    private init?(_ typed: String) {
        guard let position = UInt64(typed), (1...Limits.countMax).contains(position) else {
            return nil
        }
        self = .one(LedgerPosition(position))
    }

    var needs: Role { .coordinator }
}
