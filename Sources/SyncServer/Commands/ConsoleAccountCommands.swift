// `accounts invite|list|revoke-sessions|remove`: who may use the console.
// Neighbors: Accounts/ keeps them; the console itself is for whoever was invited.

internal import ArgumentParser
internal import Foundation
internal import Shared
internal import Store

struct AccountsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "accounts", abstract: "Who signs in to the console in a browser.",
        subcommands: [Invite.self, List.self, RevokeSessions.self, Remove.self],
        defaultSubcommand: List.self)

    struct Invite: ServerCommand {
        static let configuration = CommandConfiguration(
            commandName: "invite",
            abstract: "Make a link by which a coordinator or admin chooses a passphrase.",
            discussion: """
                It works once, for a day. Who has an account already chooses a new passphrase by \
                it, and is signed out everywhere.
                """)

        @OptionGroup var folder: FolderOptions
        @OptionGroup var json: JSONOption
        @Argument(help: "The worker, by name or id.") var worker: String
        @Option(help: "Where browsers find the server, such as https://book.example.org.")
        var url: String?

        func perform() async throws {
            let store = try store()
            let address = try ConsoleAddress(typed: url, record: ServingRecord(folder: folder.url))
            let (id, name) = try store.read { views in
                let id = try views.worker(worker)
                return (id, try views.workerName(id) ?? id.short)
            }
            let invitation = try store.invite(id)
            let record = InvitationRecord(
                worker: id.description, name: name, link: address.joining(invitation.token),
                expiresAt: invitation.expiresAt.text)
            if json.isOn { return try Output.json(record) }
            Output.line(record.link)
            Output.note(
                "For \(name) alone, once, until \(record.expiresAt): whoever opens it chooses the "
                    + "passphrase.")
        }
    }

    struct List: ServerCommand {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "List accounts and open invitations.")

        @OptionGroup var folder: FolderOptions
        @OptionGroup var json: JSONOption

        func perform() async throws {
            let records = try store().consoleAccounts()
            if json.isOn { return try records.forEach(Output.json) }
            var table = TextTable(
                ("NAME", .left), ("ROLE", .left), ("SIGNED IN", .right), ("PASSPHRASE", .left),
                ("INVITED UNTIL", .left))
            for record in records {
                table.add(
                    record.name ?? "(not readable here)", record.role ?? "?",
                    String(record.sessions), record.passphraseSince ?? "none yet",
                    record.invitedUntil ?? "")
            }
            Output.show(table)
        }
    }

    struct RevokeSessions: ServerCommand {
        static let configuration = CommandConfiguration(
            commandName: "revoke-sessions",
            abstract: "Sign somebody out everywhere; the passphrase goes on working.")

        @OptionGroup var folder: FolderOptions
        @Argument(help: "The worker, by name or id.") var worker: String

        func perform() async throws {
            let store = try store()
            let id = try store.read { try $0.worker(worker) }
            let count = try store.note { try SessionTable($0).removeAll(of: id) }
            Output.line(
                count == 1 ? "Ended 1 session." : "Ended \(count) sessions.")
        }
    }

    struct Remove: ServerCommand {
        static let configuration = CommandConfiguration(
            commandName: "remove",
            abstract: "Take somebody's account, sessions and invitation away.",
            discussion: "What they decided stays in the ledger, in their name.")

        @OptionGroup var folder: FolderOptions
        @Argument(help: "The worker, by name or id.") var worker: String

        func perform() async throws {
            let store = try store()
            let id = try store.read { try $0.worker(worker) }
            let had = try store.note { db in
                let invited = try InvitationTable(db).remove(of: id)
                return try ConsoleAccountTable(db).remove(id) || invited
            }
            guard had else {
                throw Refusal.noInput("\(worker) has no account; `accounts list` shows who has")
            }
            Output.line("Removed.")
        }
    }
}

struct InvitationRecord: Encodable {
    let worker: String
    let name: String
    let link: String
    let expiresAt: String
}

/// A worker with an account or an open invitation.
struct ConsoleAccountRecord: Encodable, Equatable {
    let worker: String
    let name: String?
    let role: String?
    /// That are live now.
    let sessions: Int
    /// Nil before the person has chosen one.
    let passphraseSince: String?
    let invitedUntil: String?
}

extension ServerStore {
    /// By worker.
    func consoleAccounts() throws -> [ConsoleAccountRecord] {
        let now = environment.now()
        return try read { try $0.consoleAccounts(at: now) }
    }

    /// Whether anybody can sign in.
    func hasConsoleAccounts() throws -> Bool {
        try read { try !ConsoleAccountTable($0.tables.db).all().isEmpty }
    }
}

extension Views {
    /// By worker.
    func consoleAccounts(at now: Instant) throws -> [ConsoleAccountRecord] {
        let db = tables.db
        let accounts = Dictionary(
            uniqueKeysWithValues: try ConsoleAccountTable(db).all().map { ($0.worker, $0) })
        let invited = Dictionary(
            uniqueKeysWithValues: try InvitationTable(db).open(at: now).map {
                ($0.worker, $0.expiresAt)
            })
        let sessions = try SessionTable(db).counts(
            seenAfter: now.earlier(AccountLimits.idleMilliseconds),
            createdAfter: now.earlier(AccountLimits.sessionMilliseconds))
        return try Set(accounts.keys).union(invited.keys).sorted().map { worker in
            ConsoleAccountRecord(
                worker: worker.description, name: try workerName(worker),
                role: try role(of: worker)?.name, sessions: sessions[worker] ?? 0,
                passphraseSince: accounts[worker]?.chosenAt.text,
                invitedUntil: invited[worker]?.text)
        }
    }
}
