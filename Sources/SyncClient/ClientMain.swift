// The program on a worker's device: its commands, and the one place where its clock and randomness
// come from. Neighbors: Commands/ has one file a group of commands.

internal import ArgumentParser
internal import Foundation
internal import Shared
internal import Store

@main
struct ClientMain: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: name,
        abstract: "Record hours that neighbors give each other, with or without a network.",
        discussion: """
            All but pair and sync work without a network; `serve` has pages for a browser. Exit \
            codes are those of sysexits.h.
            """,
        version: Release.version,
        subcommands: [
            PairCommand.self, SyncCommand.self, StatusCommand.self, WaitingCommand.self,
            DoctorCommand.self, ServeCommand.self, PracticeCommand.self,
            WorkerCommand.self,
            MemberCommand.self,
            ExchangeCommand.self, ContributionCommand.self, DonationCommand.self,
            RedemptionCommand.self,
            HoursCommand.self, StatementCommand.self, ConflictsCommand.self,
            QuestionsCommand.self, ReplyCommand.self, HistoryCommand.self,
            ExplainCommand.self,
            ImportCommand.self, DigestCommand.self, VerifyCommand.self, RebuildCommand.self,
        ])

    @OptionGroup var data: DataOptions

    static let name = "hourbook"
    /// The parser's own errors begin as ours do.
    static let _errorPrefix = "\(name): "

    static func main() async {
        if let fault = TypedWords.fault {
            end(Sysexit.usage.rawValue, saying: _errorPrefix + fault)
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
        if !text.isEmpty { Screen.note(text) }
        guard let failure = StandardOutput.failure() else { Foundation.exit(code) }
        Screen.note(_errorPrefix + failure)
        Foundation.exit(code == ExitCode.success.rawValue ? StandardOutput.exitCode : code)
    }

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
