// Accounts of the office's console: invited by a link, proven by a passphrase, kept signed in by a
// session. An account belongs to a worker of the ledger, whose role there says what it may do.
// Neighbors: the console and `accounts` ask; AccountTables beneath. Nothing of it is in the ledger.
// Invariants: a link works once; what is stored of a link or a session opens nothing; the role is
// read anew with each request.

internal import Foundation
internal import GRDB
internal import Shared
internal import Store
internal import Texts

enum AccountLimits {
    /// A link that lies in somebody's mail.
    static let invitationMilliseconds: Int64 = 24 * 60 * 60_000
    /// Without a request: a working day. What was typed meanwhile is kept.
    static let idleMilliseconds: Int64 = 8 * 60 * 60_000
    /// However busy: a week.
    static let sessionMilliseconds: Int64 = 7 * 24 * 60 * 60_000
    /// Ended ones are remembered as long again, to know whose unfinished form it was.
    static let rememberedMilliseconds: Int64 = 2 * sessionMilliseconds
    /// Browsers of one person; with another the one seen longest ago ends.
    static let sessionsMax = 10
    /// A session's last request is written down so often, not with each.
    static let seenMilliseconds: Int64 = 5 * 60_000
    static let tokenByteCount = 32
}

/// Who has signed in, as the ledger knows them now.
struct SignedIn: Equatable, Sendable {
    let worker: EntityID
    let name: String
    let role: Role
    /// Those that a coordinator serves.
    let neighborhoods: [EntityID]
    /// Tells one session's forms from another's.
    let session: Hash

    /// An admin is for all; a coordinator for what reaches a neighborhood of theirs.
    func serves(_ scopes: [ScopeID]) -> Bool {
        role == .admin
            || scopes.contains { $0.neighborhood.map(neighborhoods.contains) ?? false }
    }
}

/// What a browser's cookie is worth.
enum SessionStanding: Equatable, Sendable {
    case live(SignedIn)
    /// It was that worker's, too long ago.
    case ended(EntityID)
    case none
}

extension Role {
    /// Whether whoever has it uses the console.
    var opensConsole: Bool { self >= .coordinator }
}

extension ServerStore {
    // MARK: Invitations

    struct Invitation: Sendable {
        let worker: EntityID
        /// The secret that the link carries.
        let token: String
        let expiresAt: Instant
    }

    func invite(_ worker: EntityID) throws -> Invitation {
        let role = try read { try $0.role(of: worker) }
        guard role?.opensConsole == true else {
            throw Refusal(
                exit: 77,
                sentence: "only coordinators and admins use the console; \(worker.short) is "
                    + (role.map { "registered as \($0.name)" } ?? "no worker"),
                page: Phrase("console_roles"))
        }
        let token = hex(environment.randomBytes(AccountLimits.tokenByteCount))
        let expiresAt = Instant(
            milliseconds: environment.now().milliseconds + AccountLimits.invitationMilliseconds)
        try note { try InvitationTable($0).set(.of(token), for: worker, expiresAt: expiresAt) }
        return Invitation(worker: worker, token: token, expiresAt: expiresAt)
    }

    /// Whom the link is for, while it can be used.
    func invited(by token: String) async throws -> EntityID? {
        let now = environment.now()
        let worker = try await pool.read { try InvitationTable($0).worker(.of(token), at: now) }
        guard let worker else { return nil }
        return try await readAsync { try $0.role(of: worker)?.opensConsole == true ? worker : nil }
    }

    /// Uses the link up; nil if that has been done. Sessions of an earlier passphrase end.
    func accept(_ token: String, _ passphrase: PassphraseHash) async throws -> EntityID? {
        let now = environment.now()
        return try await noteAsync { db in
            let invitations = InvitationTable(db)
            guard let worker = try invitations.worker(.of(token), at: now) else { return nil }
            _ = try invitations.remove(of: worker)
            _ = try SessionTable(db).removeAll(of: worker)
            try ConsoleAccountTable(db).set(
                ConsoleAccount(worker: worker, passphrase: passphrase, chosenAt: now))
            return worker
        }
    }

    // MARK: Changing

    func account(of worker: EntityID) async throws -> ConsoleAccount? {
        try await pool.read { try ConsoleAccountTable($0).find(worker) }
    }

    /// All sessions end but `kept`, and an invitation that nobody used. False, and nothing is
    /// changed, where the account is not as it was read.
    func change(
        _ account: ConsoleAccount, to passphrase: PassphraseHash, keeping kept: Hash
    ) async throws -> Bool {
        let now = environment.now()
        return try await noteAsync { db in
            let accounts = ConsoleAccountTable(db)
            guard try accounts.find(account.worker) == account else { return false }
            try accounts.set(
                ConsoleAccount(worker: account.worker, passphrase: passphrase, chosenAt: now))
            _ = try InvitationTable(db).remove(of: account.worker)
            try SessionTable(db).removeAll(of: account.worker, but: kept)
            return true
        }
    }

    // MARK: Sessions

    /// The worker that a name or an id names, and what is kept of the passphrase. Both nil where
    /// there is nobody of that name, or without an account.
    func account(named typed: String) async throws -> (worker: EntityID?, ConsoleAccount?) {
        try await readAsync { views in
            let found = try views.workers().filter {
                try $0.id.matches(typed) || views.workerName($0.id)?.folded == typed.folded
            }
            guard let one = found.first, found.count == 1, one.role.opensConsole else {
                return (nil, nil)
            }
            return (one.id, try ConsoleAccountTable(views.tables.db).find(one.id))
        }
    }

    /// The session's secret, for the cookie.
    func beginSession(of worker: EntityID) async throws -> String {
        let token = hex(environment.randomBytes(AccountLimits.tokenByteCount))
        let now = environment.now()
        try await noteAsync { db in
            let sessions = SessionTable(db)
            try sessions.removeAll(
                createdBefore: now.earlier(AccountLimits.rememberedMilliseconds))
            try sessions.trim(of: worker, to: AccountLimits.sessionsMax - 1)
            try sessions.insert(.of(token), of: worker, at: now)
        }
        return token
    }

    func standing(ofSession token: String) async throws -> SessionStanding {
        guard !token.isEmpty else { return .none }
        let (now, hash) = (environment.now(), Hash.of(token))
        let found = try await readAsync { views -> (SessionStanding, seenAt: Instant)? in
            guard let session = try SessionTable(views.tables.db).find(hash) else { return nil }
            guard session.isLive(at: now) else { return (.ended(session.worker), session.seenAt) }
            guard case .worker(let worker)? = try views.state(of: session.worker),
                worker.role.opensConsole
            else { return nil }
            return (
                .live(
                    SignedIn(
                        worker: worker.id,
                        name: try views.workerName(worker.id) ?? worker.id.short,
                        role: worker.role, neighborhoods: worker.neighborhoods, session: hash)),
                session.seenAt
            )
        }
        guard let (standing, seenAt) = found else { return .none }
        if case .live = standing, seenAt < now.earlier(AccountLimits.seenMilliseconds) {
            // One that cannot be written down ends sooner, and nothing else.
            try? await noteAsync { try SessionTable($0).see(hash, at: now) }
        }
        return standing
    }

    func endSession(_ hash: Hash) async throws {
        try await noteAsync { try SessionTable($0).remove(hash) }
    }

    func endSessions(of worker: EntityID) async throws {
        _ = try await noteAsync { try SessionTable($0).removeAll(of: worker) }
    }
}

extension ConsoleSession {
    func isLive(at now: Instant) -> Bool {
        seenAt > now.earlier(AccountLimits.idleMilliseconds)
            && createdAt > now.earlier(AccountLimits.sessionMilliseconds)
    }
}

extension Instant {
    func earlier(_ milliseconds: Int64) -> Instant {
        Instant(milliseconds: self.milliseconds - milliseconds)
    }
}

extension Hash {
    /// Of a secret that is random enough to need no salt.
    static func of(_ token: String) -> Hash { .of(Array(token.utf8)) }
}

extension Views {
    /// Nil for what is no worker.
    func role(of worker: EntityID) throws -> Role? {
        if case .worker(let state)? = try state(of: worker) { state.role } else { nil }
    }
}
