// `tls`: which keys devices know this server by, and the change from one to the next.
// Neighbors: Setup/TLSAnnouncing does it; `serve` shows the current key.

internal import ArgumentParser
internal import Foundation
internal import Shared
internal import Store

struct TLSCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tls", abstract: "The keys by which devices know this server.",
        subcommands: [Show.self, UseNext.self], defaultSubcommand: Show.self)

    struct Keys: Encodable {
        let current: String
        let next: String

        init(_ keys: TLSKeys) {
            current = keys.current.description
            next = keys.next.description
        }

        func tell(json: JSONOption) throws {
            if json.isOn { return try Output.json(self) }
            Output.line("current  \(current)")
            Output.line("next     \(next)")
        }
    }

    struct Show: ServerCommand {
        static let configuration = CommandConfiguration(
            commandName: "show", abstract: "Print the fingerprints of both keys.")

        @OptionGroup var folder: FolderOptions
        @OptionGroup var json: JSONOption

        func perform() async throws {
            try Keys(try store().servedTLSIdentity().keys).tell(json: json)
        }
    }

    struct UseNext: ServerCommand {
        static let configuration = CommandConfiguration(
            commandName: "use-next",
            abstract: "Put the announced next key to use, and announce one after it.",
            discussion: """
                Stop the server first. Every device that has synced since the next key was \
                announced goes on by itself; any other needs a new pairing link.
                """)

        @OptionGroup var folder: FolderOptions
        @OptionGroup var json: JSONOption

        func perform() async throws {
            let stopped = try folder.soleServer(
                busy: "stop the server on \(folder.path) first: it shows the current key until "
                    + "it is started again")
            defer { withExtendedLifetime(stopped) {} }
            try Keys(try writableStore().append { try $0.useNextTLSKey() }.keys).tell(json: json)
        }
    }
}

extension FolderOptions {
    /// Held while a process serves: two servers on one folder would each answer for the other's
    /// writes. The kernel lets go of it when a process dies. Nil where there is no folder.
    func soleServer(busy sentence: String) throws -> FolderLock? {
        guard FileManager.default.fileExists(atPath: url.path) else { return nil }
        do {
            return try FolderLock(folder: url, name: ServingRecord.lockName, wait: false)
        } catch FolderLock.Failure.busy {
            throw Refusal(exit: 75, sentence: sentence)
        }
    }
}
