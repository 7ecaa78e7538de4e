// `hourbook-server`: where time and randomness enter, and the list of commands.
// Neighbors: Commands/ parse and print, everything else is beneath them.

internal import ArgumentParser
internal import Foundation
internal import Shared

@main
struct ServerMain: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hourbook-server",
        abstract: "Merges the events of many devices into one ledger of time credits.",
        version: "0.1.0",
        subcommands: [
            InitCommand.self, ServeCommand.self, NeighborhoodCommand.self, WorkerCommand.self,
            PairingLinkCommand.self, TLSCommand.self, DevicesCommand.self, ConflictsCommand.self,
            GrantCommand.self, OpeningBalanceCommand.self,
            LedgerCommand.self, HistoryCommand.self, BalancesCommand.self, StatementCommand.self,
            DigestCommand.self,
            QuarantineCommand.self, WaitingCommand.self, VerifyCommand.self,
        ])

    @OptionGroup var folder: FolderOptions

    /// The only clock and the only randomness of this program.
    static let environment = Shared.Environment(
        now: { Instant(milliseconds: Int64(Date().timeIntervalSince1970 * 1000)) },
        utcOffsetMinutes: { Int32(TimeZone.current.secondsFromGMT() / 60) },
        randomBytes: { count in
            var generator = SystemRandomNumberGenerator()
            return (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
        })
}
