// What all commands share: the data folder, JSON, who records, and errors as a sentence with a
// sysexits code. Neighbors: every file in this folder; ClientMain makes the live environment.

internal import ArgumentParser
internal import Foundation
internal import GRDB
internal import Shared
internal import Store
internal import Texts

struct DataOptions: ParsableArguments {
    @Option(
        name: .customLong("data"),
        help: ArgumentHelp(
            """
            Folder of this device's data; default: $XDG_DATA_HOME/hourbook, or without that \
            variable ~/.local/share/hourbook.
            """, valueName: "dir"),
        completion: .directory)
    var path: String?

    var folder: URL {
        path.map { URL(fileURLWithPath: $0, isDirectory: true) } ?? Self.standard
    }

    static var standard: URL {
        let variables = ProcessInfo.processInfo.environment
        if let shared = variables["XDG_DATA_HOME"], shared.hasPrefix("/") {
            return URL(fileURLWithPath: shared).appendingPathComponent("hourbook")
        }
        let home = variables["HOME"].map { URL(fileURLWithPath: $0, isDirectory: true) }
        return (home ?? FileManager.default.homeDirectoryForCurrentUser)
            .appendingPathComponent(".local/share/hourbook")
    }

    func device() throws -> Device {
        let device = try Device(folder: folder, environment: ClientMain.environment)
        if let sentence = device.keyring.damageSentence { Screen.note("warning: \(sentence)") }
        return device
    }
}

struct JSONOption: ParsableArguments {
    @Flag(name: .customLong("json"), help: "Print JSON, one object per line.")
    var isOn = false
}

struct WorkerOption: ParsableArguments {
    @Option(name: .customLong("worker"), help: "Who records this once; default: see `worker use`.")
    var typed: String?
}

struct NeighborhoodOption: ParsableArguments {
    @Option(
        name: .customLong("neighborhood"),
        help: "Code or name of a neighborhood; default: the only one this device holds.")
    var typed: String?
}

protocol ClientCommand: ParsableCommand {
    func perform() throws
}

extension ClientCommand {
    func run() throws {
        do { try perform() } catch { throw Self.told(error) }
    }
}

extension ParsableCommand {
    /// Says what went wrong; what is left of it is an exit code.
    static func told(_ error: any Error) -> any Error {
        guard let shown = UserError(showing: error) else { return error }
        let lines = shown.description.split(separator: "\n", omittingEmptySubsequences: false)
        Screen.note(
            ClientMain._errorPrefix + lines.map { String($0).onOneLine }.joined(separator: "\n"))
        return ExitCode(shown.code.rawValue)
    }
}

extension UserError {
    /// Nil for errors of the argument parser, which prints its own.
    init?(showing error: any Error) {
        switch error {
        case let error as UserError: self = error
        case let fault as TypingFault: self.init(fault)
        case let fault as ShapeFault: self.init(.dataError, fault.phrase)
        case let damage as StoreDamage:
            self.init(.ioError, "\(damage)", page: Phrase("storage_damaged"))
        case let failure as StoreFile.Failure:
            self.init(.configuration, "\(failure)", page: Phrase("storage_newer"))
        case let failure as Keyring.Failure:
            self.init(.temporaryFailure, "\(failure)", page: Phrase("storage_keys"))
        case let failure as FolderLock.Failure:
            self.init(.temporaryFailure, "\(failure)", page: Phrase("storage_busy"))
        case let error as TransportError: self.init(.temporaryFailure, error.phrase)
        case let error as DatabaseError:
            let trouble = StorageTrouble(error)
            self.init(
                trouble == .noMemory ? .temporaryFailure : .ioError,
                trouble?.sentence
                    ?? "the database says: \(error.message ?? "no reason") (\(error.resultCode)); "
                    + "check the folder's permissions and free space",
                page: (trouble ?? .failing).phrase)
        default: return nil
        }
    }
}
