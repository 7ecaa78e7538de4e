// What all commands share: the data folder, JSON lines, and errors as a sentence with an exit code
// of sysexits.h. Neighbors: every file in this folder.

internal import ArgumentParser
internal import Foundation
internal import GRDB
internal import Shared
internal import Store
internal import Texts

struct FolderOptions: ParsableArguments {
    @Option(
        name: .customLong("data"),
        help: ArgumentHelp("Folder of the ledger and its keys.", valueName: "dir"),
        completion: .directory)
    var path: String = "hourbook-server-data"

    var url: URL { URL(fileURLWithPath: path, isDirectory: true) }
}

struct JSONOption: ParsableArguments {
    @Flag(name: .customLong("json"), help: "Print JSON, one object per line.")
    var isOn = false
}

protocol ServerCommand: AsyncParsableCommand {
    var folder: FolderOptions { get }
    func perform() async throws
}

extension ServerCommand {
    func run() async throws {
        do {
            try await perform()
        } catch {
            throw Refusal(showing: error)?.shown ?? error
        }
    }

    /// The ledger to read from; what is the matter with it is said beside the output.
    func store() throws -> ServerStore {
        let store = try folder.founded()
        for trouble in store.troubles { Output.note(trouble) }
        return store
    }

    /// The ledger to write to: refused with the reason when it is read-only.
    func writableStore() throws -> ServerStore {
        let store = try folder.founded()
        if let sentence = store.standing.sentence { throw Refusal(exit: 65, sentence: sentence) }
        for trouble in store.troubles { Output.note(trouble) }
        return store
    }
}

extension FolderOptions {
    fileprivate func founded() throws -> ServerStore {
        let store = try ServerStore(folder: url, environment: ServerMain.environment)
        guard store.isFounded else {
            throw Refusal.noInput(
                "the founding of a community in \(path) broke off; run `init` again, with another "
                    + "recovery phrase")
        }
        return store
    }
}

extension ServerStore {
    /// What whoever opens it must know, a line each.
    var troubles: [String] {
        let damage = keyring.damageSentence.map { ["WARNING: \($0)"] } ?? []
        if let sentence = standing.sentence { return damage + ["READ-ONLY: \(sentence)"] }
        return damage + (hasNoRecord ? ["WARNING: \(Self.noRecord)"] : [])
    }

    static let noRecord =
        "the high-water record (\(HighWater.fileNames.joined(separator: ", "))) is missing or "
        + "cannot be read, so nothing beside the database vouches for its end: if the folder was "
        + "put back from a backup, compare it with a device. Work goes on; the next entry makes a "
        + "new record"
}

/// A command that could not do what was asked, and what to do about it.
struct Refusal: Error, Equatable {
    /// As in sysexits.h.
    let exit: Int32
    /// For somebody at a terminal.
    let sentence: String
    /// For somebody at a page; nil for what no page can meet.
    var page: Phrase?

    init(exit: Int32, sentence: String, page: Phrase? = nil) {
        (self.exit, self.sentence, self.page) = (exit, sentence, page)
    }

    /// One that speaks of no option or command says the same at both.
    init(exit: Int32, _ phrase: Phrase) {
        self.init(exit: exit, sentence: Voice.terminal(phrase), page: phrase)
    }

    static func usage(_ sentence: String, page: Phrase? = nil) -> Refusal {
        Refusal(exit: 64, sentence: sentence, page: page)
    }
    static func usage(_ phrase: Phrase) -> Refusal { Refusal(exit: 64, phrase) }
    /// Something named on the command line is not there, or not unique.
    static func noInput(_ sentence: String, page: Phrase? = nil) -> Refusal {
        Refusal(exit: 66, sentence: sentence, page: page)
    }
    static func noInput(_ phrase: Phrase) -> Refusal { Refusal(exit: 66, phrase) }

    /// What the terminal says is what it is.
    static func == (one: Refusal, other: Refusal) -> Bool {
        one.exit == other.exit && one.sentence == other.sentence
    }

    /// In the language of a page.
    func words(_ text: StringTable) -> String {
        page.map { Voice(text).sentence($0) } ?? text("trouble_unknown")
    }

    /// Says it and ends the program with the code.
    var shown: any Error {
        Output.note(ServerMain._errorPrefix + sentence.onOneLine)
        return ExitCode(exit)
    }
}

extension Refusal {
    /// Nil for errors of the argument parser, which prints its own.
    init?(showing error: any Error) {
        switch error {
        case let refusal as Refusal: self = refusal
        case let fault as ShapeFault: self = .usage(fault.phrase)
        case let fault as TypingFault: self = .usage("\(fault)", page: fault.phrase)
        case let damage as StoreDamage:
            self.init(exit: 65, sentence: "\(damage)", page: Phrase("storage_damaged"))
        case let missing as ServerKeys.Failure: self.init(exit: 66, sentence: "\(missing)")
        case let failure as StoreFile.Failure:
            self.init(exit: 78, sentence: "\(failure)", page: Phrase("storage_newer"))
        case let failure as Keyring.Failure:
            self.init(exit: 75, sentence: "\(failure)", page: Phrase("storage_keys"))
        case let failure as FolderLock.Failure:
            self.init(exit: 75, sentence: "\(failure)", page: Phrase("storage_busy"))
        case let failure as CocoaError:
            self.init(
                exit: 73, sentence: "the folder cannot be used: \(failure.localizedDescription)",
                page: Phrase("storage_folder"))
        case let failure as DatabaseError:
            let trouble = StorageTrouble(failure)
            self.init(
                exit: trouble == .noMemory ? 75 : 74,
                sentence: trouble?.sentence
                    ?? "the database answered: \(failure.message ?? "no reason")",
                page: (trouble ?? .failing).phrase)
        default: return nil
        }
    }
}

enum Output {
    static let ink = Ink.standardOutput

    static func line(_ text: String) { print(text.onOneLine) }

    static func json(_ record: some Encodable) throws { print(try jsonLine(record)) }

    static func show(_ table: TextTable) { show(table.text(ink)) }

    /// Whole lines.
    static func show(_ text: String) { print(text, terminator: "") }

    /// A line above what is shown of one thing.
    static func heading(_ text: String) { print(ink.heading(text.onOneLine)) }

    /// Beside the output, not into it.
    static func note(_ text: String) {
        FileHandle.standardError.write(Data("\(text.onOneLine)\n".utf8))
    }

    /// The same of what has several lines, such as how the parser shows what a command takes.
    static func notes(_ text: String) {
        text.split(separator: "\n", omittingEmptySubsequences: false).forEach { note(String($0)) }
    }

    /// A line about something that somebody must see to.
    static func warn(_ text: String) { print(ink.attention(text.onOneLine)) }
}
