// The programs as processes: what is typed, what is written where, and how they end (sysexits.h).
// Neighbors: Shell runs them; ClientMain and ServerMain begin and end them.

import Foundation
import Shared
import Store
import Testing

@testable import SyncClient
@testable import SyncServer

@Suite("The programs as processes")
struct CommandLineTests {
    private static let folders = "export HB='--data tablet' HBS='--data office'; "

    private func run(_ town: Town, _ script: String) throws -> Shell.Ended {
        try Shell.run(Self.folders + script, in: town.folder)
    }

    /// Two members on a tablet that is in step, with one entry between them.
    private func withTown(_ body: (Town, _ entry: String) throws -> Void) async throws {
        let start = try await Start()
        defer { start.town.remove() }
        let tablet = try start.town.open("tablet")
        let entry = try tablet.read { try $0.views.hours().first?.id } ?? ""
        tablet.close()
        try body(start.town, entry)
    }

    @Test(
        "a full disk behind the output is an error with a sentence, not success",
        arguments: [
            "hourbook member list $HB", "hourbook exchange list --json $HB", "hourbook --help",
            "hourbook-server ledger $HBS", "hourbook-server balances --json $HBS",
            "hourbook-server help serve",
        ])
    func fullDisk(command: String) async throws {
        try await withTown { town, _ in
            let ended = try run(town, "\(command) > /dev/full")
            #expect(ended.code == StandardOutput.exitCode)
            #expect(ended.errors.contains("the output could not be written"))
            #expect(try run(town, "\(command) > /dev/null").code == 0)
        }
    }

    @Test("what was recorded before its line could not be written is recorded, and said to be")
    func recordedAllTheSame() async throws {
        try await withTown { town, _ in
            let ended = try run(
                town, "hourbook member enroll --number 7 --name Mei $HB > /dev/full")
            #expect(ended.code == StandardOutput.exitCode)
            #expect(ended.errors.contains("what the command did is done"))
            #expect(try run(town, "hourbook member show HAR-7 $HB").code == 0)
        }
    }

    @Test("a word that is not UTF-8 is refused, and nothing is recorded of it")
    func notText() async throws {
        try await withTown { town, _ in
            let word = #""$(printf 'Jos\351')""#
            let enrolled = try run(
                town, "hourbook member enroll --number 7 --name \(word) $HB")
            #expect(enrolled.code == Sysexit.usage.rawValue && enrolled.output.isEmpty)
            #expect(enrolled.errors.hasPrefix("hourbook: word 6 after the program's name is not"))
            #expect(try run(town, "hourbook member show HAR-7 $HB").code != 0)
            let added = try run(
                town, "hourbook-server neighborhood add --code NEW --name \(word) $HBS")
            #expect(added.code == Sysexit.usage.rawValue)
            #expect(added.errors.hasPrefix("hourbook-server: word 6 after"))
        }
    }

    @Test("every error begins with the program's name, the parser's own among them")
    func prefixes() async throws {
        try await withTown { town, _ in
            for command in [
                "hourbook nonsense", "hourbook member show nobody $HB", "hourbook hours amend $HB",
                "hourbook exchange record --minutes x --provider HAR-1 --recipient HAR-2 $HB",
                "hourbook-server nonsense", "hourbook-server history nobody $HBS",
                "hourbook-server pairing-link --port 0 --worker Dana --neighborhood HAR $HBS",
                "hourbook-server neighborhood add --code 1 --name One $HBS",
            ] {
                let ended = try run(town, command)
                let name = command.prefix { $0 != " " }
                #expect(ended.code >= Sysexit.usage.rawValue, "\(command)")
                #expect(ended.errors.hasPrefix("\(name): "), "\(command)")
                #expect(!ended.errors.contains("Error:") && ended.output.isEmpty, "\(command)")
            }
        }
    }

    @Test("how a command is used is shown in lines; what we say ourselves is one line")
    func lines() async throws {
        try await withTown { town, _ in
            let usage = try run(town, "hourbook-server quarantine admit --nonsense $HBS").errors
            #expect(
                usage.split(separator: "\n").contains { $0.hasPrefix("Usage: hourbook-server ") })
            let own = try run(town, "hourbook-server history 'no\nbody' $HBS").errors
            #expect(own.hasPrefix("hourbook-server: ") && own.split(separator: "\n").count == 1)
        }
    }

    @Test("the desk without a command lists, as the device's does")
    func bareConflicts() async throws {
        try await withTown { town, _ in
            let listed = try run(town, "hourbook-server conflicts $HBS")
            #expect(listed.code == 0 && listed.output.contains("0 open at position "))
            let json = try run(town, "hourbook-server conflicts --json $HBS")
            #expect(json.code == 0 && json.output.isEmpty)
        }
    }

    @Test("I6: a database cut off to nothing is said to be damaged, and never taken for a new one")
    func emptied() async throws {
        try await withTown { town, _ in
            _ = try run(town, ": > tablet/hourbook.db")
            let identity = town.deviceFolder("tablet").appendingPathComponent(IdentityFile.name)
            let before = try Data(contentsOf: identity)
            let link = try town.link(port: 1)
            for command in ["hourbook status $HB", "hourbook pair '\(link)' --label x $HB"] {
                let ended = try run(town, command)
                #expect(ended.code == Sysexit.ioError.rawValue, "\(command)")
                #expect(ended.errors.contains("hourbook.db is damaged: nothing is left in it"))
            }
            #expect(try Data(contentsOf: identity) == before)
        }
    }

    @Test("what changes nothing is not recorded, and is no error")
    func nothingToChange() async throws {
        try await withTown { town, entry in
            let commands = [
                "hourbook hours amend \(entry) --category walk $HB",
                "hourbook hours confirm \(entry) --party HAR-1 $HB",
                "hourbook hours dispute \(entry) --party HAR-2 $HB",
                "hourbook member change HAR-1 --birth-year 1950 $HB",
            ]
            for command in commands {
                let first = try run(town, command)
                #expect(
                    first.code == 0 && !first.errors.contains("nothing to change"), "\(command)")
                let sequence = try ownSequence(town)
                let again = try run(town, command)
                #expect(again.code == 0, "\(command)")
                #expect(again.errors == "nothing to change: the book says so already\n")
                #expect(again.output.hasPrefix("unchanged "), "\(command)")
                #expect(try ownSequence(town) == sequence, "\(command)")
            }
            let json = try run(town, commands[0] + " --json")
            #expect(json.output.contains(#""category":"walk""#))
        }
    }

    private func ownSequence(_ town: Town) throws -> UInt64 {
        let tablet = try town.open("tablet")
        defer { tablet.close() }
        return try tablet.read { try $0.head.sequence.value }
    }

    @Test("the same entry typed again is recorded, with one line of warning")
    func typedTwice() async throws {
        try await withTown { town, _ in
            let command =
                "hourbook exchange record --provider HAR-1 --recipient HAR-2 "
                + "--minutes 50 --note cards --service-date 2026-03-01 $HB"
            let first = try run(town, command)
            #expect(first.code == 0 && first.errors.isEmpty)
            let again = try run(town, command)
            #expect(again.code == 0 && again.output.hasPrefix("recorded "))
            #expect(again.errors.hasPrefix("warning: it looks the same as "))
            #expect(again.errors.split(separator: "\n").count == 1)
            let line =
                #"printf 'HAR-1\tHAR-2\t50\t2026-03-01\tcards\n' | hourbook exchange lines $HB"#
            #expect(try run(town, line).errors.hasPrefix("line 1: warning: it looks the same as "))
        }
    }

    @Test("an import tries in earnest what it tried before, by the same options")
    func importing() async throws {
        try await withTown { town, _ in
            let rows = "Gave,Got,Time,Day\nHAR-1,HAR-2,40,2026-03-02\n"
            try Data(rows.utf8).write(to: town.folder.appendingPathComponent("rows.csv"))
            let command =
                "hourbook import csv rows.csv --map provider=Gave --map recipient=Got "
                + "--map minutes=Time --map service-date=Day --neighborhood HAR --worker Dana "
                + "--json $HB"
            let before = try ownSequence(town)
            let tried = try run(town, command + " --dry-run")
            #expect(
                tried.code == 0 && tried.output.contains(#""entriesAdded":1"#), "\(tried.errors)")
            #expect(try ownSequence(town) == before)
            #expect(try run(town, command).output == tried.output)
            #expect(try ownSequence(town) == before + 1)
        }
    }

    @Test("what takes --json prints an object a line, and help names where data is kept")
    func json() async throws {
        try await withTown { town, _ in
            for command in [
                "hourbook worker use Dana --json $HB", "hourbook rebuild --json $HB",
                "hourbook waiting --json $HB",
                "hourbook-server neighborhood add --code new --name New --json $HBS",
                "hourbook-server worker add --name Eve --role admin --json $HBS",
            ] {
                let ended = try run(town, command)
                #expect(ended.code == 0, "\(command): \(ended.errors)")
                for line in ended.output.split(separator: "\n") {
                    let object = try JSONSerialization.jsonObject(with: Data(line.utf8))
                    #expect(object is [String: Any], "\(command)")
                }
                #expect(!ended.output.isEmpty, "\(command)")
            }
            #expect(try run(town, "hourbook-server quarantine --json $HBS").output.isEmpty)
            #expect(try run(town, "hourbook status --help").output.contains("$XDG_DATA_HOME"))
        }
    }
}
