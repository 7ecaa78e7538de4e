// `hourbook-server`: where time and randomness enter, and the list of commands.
// Neighbors: Commands/ parse and print, everything else is beneath them.

internal import ArgumentParser
internal import Foundation
internal import Shared
internal import Store

@main
struct ServerMain: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: name,
        abstract: "Merges the events of many devices into one ledger of time credits.",
        version: Release.version,
        subcommands: [
            InitCommand.self, ServeCommand.self, NeighborhoodCommand.self, WorkerCommand.self,
            PairingLinkCommand.self, TLSCommand.self, DevicesCommand.self, MembersCommand.self,
            ConflictsCommand.self,
            GrantCommand.self, OpeningBalanceCommand.self,
            LedgerCommand.self, HistoryCommand.self, BalancesCommand.self, StatementCommand.self,
            DigestCommand.self,
            QuarantineCommand.self, WaitingCommand.self, VerifyCommand.self, RecoverCommand.self,
            AccountsCommand.self,
            BackupCommand.self, RestoreCommand.self, DrillCommand.self,
        ])

    @OptionGroup var folder: FolderOptions

    static let name = "hourbook-server"
    /// The parser's own errors begin as ours do.
    static let _errorPrefix = "\(name): "

    static func main() async {
        if let fault = TypedWords.fault {
            end(Refusal.usage(fault).exit, saying: _errorPrefix + fault)
        }
        do {
            var command = try await asyncParseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
            end(ExitCode.success.rawValue)
        } catch {
            let (code, text) = (exitCode(for: error), fullMessage(for: error))
            // Help that somebody asked for is no error.
            if code.isSuccess { print(text) }
            end(code.rawValue, saying: code.isSuccess ? "" : text)
        }
    }

    private static func end(_ code: Int32, saying text: String = "") -> Never {
        if !text.isEmpty { Output.notes(text) }
        guard let failure = StandardOutput.failure() else { Foundation.exit(code) }
        Output.note(_errorPrefix + failure)
        Foundation.exit(code == ExitCode.success.rawValue ? StandardOutput.exitCode : code)
    }

    /// The only clock and the only randomness of this program.
    static let environment = Shared.Environment(
        now: { Instant(milliseconds: Int64(Date().timeIntervalSince1970 * 1000)) },
        utcOffsetMinutes: { Int32(TimeZone.current.secondsFromGMT() / 60) },
        randomBytes: { count in
            var generator = SystemRandomNumberGenerator()
            return (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
        })
}
