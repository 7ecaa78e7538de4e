// The program on a worker's device: its commands, and the one place where its clock and randomness
// come from. Neighbors: Commands/ has one file a group of commands.

internal import ArgumentParser
internal import Foundation
internal import Shared

@main
struct ClientMain: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hourbook",
        abstract: "Record hours that neighbors give each other, with or without a network.",
        discussion: """
            All but pair and sync work without a network. Exit codes are those of sysexits.h.
            """,
        version: "0.1.0",
        subcommands: [
            PairCommand.self, SyncCommand.self, StatusCommand.self, WaitingCommand.self,
            WorkerCommand.self,
            MemberCommand.self,
            ExchangeCommand.self, ContributionCommand.self, DonationCommand.self,
            RedemptionCommand.self,
            HoursCommand.self, StatementCommand.self, ConflictsCommand.self, HistoryCommand.self,
            ExplainCommand.self,
            ImportCommand.self, DigestCommand.self, VerifyCommand.self, RebuildCommand.self,
        ])

    @OptionGroup var data: DataOptions

    static let environment = Environment(
        now: {
            Instant(milliseconds: Int64((Date().timeIntervalSince1970 * 1000).rounded(.down)))
        },
        utcOffsetMinutes: { Int32(TimeZone.current.secondsFromGMT() / 60) },
        randomBytes: { count in
            var generator = SystemRandomNumberGenerator()
            return (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
        })

    /// Ctrl-C ends it like everything else.
    static let pause: @Sendable (UInt64) -> Void = { milliseconds in
        Thread.sleep(forTimeInterval: Double(milliseconds) / 1_000)
    }
}
