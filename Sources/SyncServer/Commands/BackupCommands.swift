// `backup`, `restore` and `drill`: copies of a ledger that its recovery phrase brings back.
// Neighbors: Backup/ does it.

internal import ArgumentParser
internal import Foundation
internal import Shared
internal import Store

struct BackupCommand: ServerCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup",
        abstract: "Copy the ledger and its keys into two files, while it is served.",
        discussion: """
            Needs no recovery phrase; bringing the ledger back does. Keep both files of a backup \
            together, on another machine, and try one now and then with `drill`.
            """)

    @OptionGroup var folder: FolderOptions
    @OptionGroup var json: JSONOption
    @Argument(help: "The folder that both files are put into.", completion: .directory)
    var target: String

    func perform() async throws {
        let done = try writableStore().backUp(
            into: URL(fileURLWithPath: target, isDirectory: true))
        if json.isOn { return try Output.json(done) }
        Output.line("Backed up to position \(done.position), epoch \(done.epoch):")
        Output.line("  \(done.dataFile)")
        Output.line("  \(done.keysFile)")
    }
}

/// Standard input, and not the command line, which other users of the machine can read.
enum PhraseInput {
    static func recoveryKeys() throws -> ReplicaKeys {
        Output.note("Type the recovery phrase and press return:")
        guard let line = readLine(), let phrase = RecoveryPhrase(line) else {
            throw Refusal(
                exit: 65,
                sentence: "that is no recovery phrase: it has eight groups of four letters and "
                    + "digits, as `init` showed them. Nothing was written")
        }
        return try phrase.keys()
    }
}

struct RestoreCommand: ServerCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore",
        abstract: "Bring a ledger back from a backup into an empty folder, in a new epoch.",
        discussion: """
            Asks for the recovery phrase on standard input. Only when the folder of the ledger is \
            lost: devices then send again what they had recorded since the backup.
            """)

    @OptionGroup var folder: FolderOptions
    @OptionGroup var json: JSONOption
    @Option(help: "The data file of the backup.", completion: .file()) var dataFile: String
    @Option(help: "The keys file of the backup.", completion: .file()) var keysFile: String
    @Option(name: .customLong("by"), help: "The admin, by name or id.") var admin: String
    @Option(help: "Why, in a sentence; it is sealed.") var reason: String?

    func perform() async throws {
        try Backup.refuseUnlessEmpty(folder.url)
        let pair = try Backup.pair(
            data: URL(fileURLWithPath: dataFile), keys: URL(fileURLWithPath: keysFile))
        let backup = try Backup(pair, recovery: try PhraseInput.recoveryKeys())
        if let note = backup.note { Output.note("WARNING: \(note)") }
        let done = try backup.restore(
            into: folder.url, as: admin, reason: reason, environment: ServerMain.environment)
        if json.isOn { return try Output.json(done) }
        Output.line(
            "Restored \(done.inheritedSize) entries into \(folder.path), and reopened in epoch "
                + "\(done.epoch). Start the server; each device that had seen more sends again "
                + "what it recorded.")
    }
}

struct DrillCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "drill",
        abstract: "Try a backup: restore it into a scratch folder, verify it, remove the folder.",
        discussion: "Asks for the recovery phrase on standard input. Changes no ledger.")

    @OptionGroup var json: JSONOption
    @Argument(help: "The data file of the backup.", completion: .file()) var dataFile: String
    @Argument(help: "The keys file of the backup.", completion: .file()) var keysFile: String

    func run() async throws {
        do {
            let pair = try Backup.pair(
                data: URL(fileURLWithPath: dataFile), keys: URL(fileURLWithPath: keysFile))
            let backup = try Backup(pair, recovery: try PhraseInput.recoveryKeys())
            try tell(try backup.drill(environment: ServerMain.environment), backup.note)
        } catch {
            throw Refusal(showing: error)?.shown ?? error
        }
    }

    private func tell(_ done: Backup.Drilled, _ note: String?) throws {
        if let note { Output.note("WARNING: \(note)") }
        if json.isOn { return try Output.json(done) }
        Output.show(done.parts.table)
        Output.line(
            "Can be restored: \(done.entries) entries, epoch \(done.epoch), up to position "
                + "\(done.position), made \(done.madeAt), \(done.ageDays) days ago.")
    }
}
