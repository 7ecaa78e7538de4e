// Commands run as people run them: `explain` with what each author had been shown, as context and
// as vector clock; and what recording says of a number or of a device that is not as usual.
// Neighbors: Program runs them; VectorClockTests of Shared prove the two forms of a context equal.

import Foundation
import GRDB
import Shared
import Store
import TestSupport
import Testing

@testable import SyncClient

@Suite struct CommandTests {
    /// Ana was enrolled here before, and changed after, another device's entry had come.
    private final class Case {
        let folder: URL
        let bench: Bench
        let other: Bench
        let ana: EntityID
        let change: Event
        let program: Program

        init() throws {
            folder = try Program.newFolder()
            let office = try OfficeInMemory()
            bench = try Bench(
                office: office, numberBlocks: [CommandTests.block(1_001, 1_500)], folder: folder)
            _ = try bench.sync()
            ana = try bench.enroll(1, "Ana Ruiz")
            _ = try bench.enroll(2, "Luis Gil")
            _ = try bench.sync()
            other = try Bench(
                office: office, keys: Fixed.keys(signing: 0x11, receiving: 0x22), seed: 9,
                numberBlocks: [CommandTests.block(1_501, 2_000)])
            _ = try other.sync()
            _ = try other.enroll(3, "Mei Chen")
            _ = try other.sync()
            _ = try bench.sync()
            let member = ana
            change = try bench.record { book in
                guard case .member(let state)? = try book.views.state(of: member) else { return [] }
                return [
                    Draft(
                        changing: Kind.memberEnrolled.describedField(MemberField.number),
                        by: .memberChanged, of: member, home: state.home, from: .integer(1),
                        to: .integer(7), reason: "on the card", subjects: [member])
                ]
            }[0]
            program = Program(folder: folder)
        }

        deinit {
            try? FileManager.default.removeItem(at: folder)
        }

        var here: ReplicaID { bench.keys.replica }
        let server = OfficeInMemory.server.replica
    }

    private static func block(_ first: UInt32, _ last: UInt32) -> NumberBlock {
        NumberBlock(neighborhood: OfficeInMemory.harbor, first: first, last: last)
    }

    private func records(_ it: Case, _ typed: String) throws -> [ExplainRecord] {
        let result = try it.program("explain", typed, "--json")
        #expect(result.exitCode == 0 && result.errors.isEmpty)
        return try result.lines.map {
            try JSONDecoder().decode(ExplainRecord.self, from: Data($0.utf8))
        }
    }

    @Test func aMemberNumberIsExplainedWithTheVectorClockOfEachEvent() throws {
        let it = try Case()
        let records = try records(it, "HAR-7")
        #expect(records.map(\.kind) == ["member.enrolled", "member.changed"])
        #expect(records.map(\.disposition) == ["admitted at 7", "on this device"])
        #expect(records.map(\.context.position) == [6, 10])
        #expect(records.map(\.context.ownSequence) == [0, 2])
        #expect(records.map(\.context.unknown) == [false, false])
        // Community, two neighborhoods, two workers and the pairing; then the other device's, too.
        #expect(records[0].vector == [it.server.description: 6])
        #expect(
            records[1].vector == [
                it.server.description: 7, it.here.description: 2,
                it.other.keys.replica.description: 1,
            ])
        #expect(records[1].leaf == Hash.leaf(it.change.encoded()).description)
        #expect(records[1].reason == "on the card")
    }

    @Test func theTextSaysTheSame() throws {
        let it = try Case()
        let result = try it.program("explain", "HAR-7")
        #expect(result.exitCode == 0 && result.errors.isEmpty)
        let clock = [(it.server, 7), (it.here, 2), (it.other.keys.replica, 1)]
            .sorted { $0.0 < $1.0 }.map { "    \($0.description.prefix(8)): \($1)" }
        let expected =
            [
                "\(it.change.dot)  member.changed  on this device",
                "  recorded \(it.change.recordedAt.text)", "  number: 7",
                "  because: on the card",
                "  had seen the ledger to 10 [\(hex(it.change.context.rootTag.bytes))], own "
                    + "entries to 2",
            ] + clock + ["  leaf \(Hash.leaf(it.change.encoded()))"]
        #expect(Array(result.lines.suffix(expected.count)) == expected)
        #expect(result.lines.first?.hasSuffix("member.enrolled  admitted at 7") ?? false)
    }

    @Test func whatHistoryAcceptsIsExplained() throws {
        let it = try Case()
        for typed in ["HAR-7", "Ana Ruiz", it.ana.description, it.ana.short] {
            #expect(try records(it, typed).map(\.entity).allSatisfy { $0 == it.ana.description })
        }
        #expect(try records(it, "Harbor").map(\.kind) == ["neighborhood.defined"])
        #expect(try records(it, "Riverside").map(\.kind) == ["community.founded"])
    }

    @Test func anEventsIdIsThatEventAlone() throws {
        let it = try Case()
        #expect(try records(it, it.change.dot.short).map(\.event) == [it.change.dot.description])
    }

    @Test func whatIsKeptApartIsExplainedWithTheReason() throws {
        let it = try Case()
        it.bench.office.verdict = { _ in .quarantined(.unauthorized) }
        _ = try it.bench.sync()
        let apart = "kept apart: \(QuarantineReason.unauthorized.sentence)"
        #expect(try records(it, "HAR-1").map(\.disposition) == ["admitted at 7", apart])
        #expect(try records(it, it.change.dot.short).map(\.disposition) == [apart])
    }

    @Test func whatIsNotHereOrIsSeveralThingsIsRefusedAsByHistory() throws {
        let it = try Case()
        for (typed, code) in [
            ("HAR-99", Sysexit.dataError), ("0000-1", .dataError), ("tablet", .usage),
        ] {
            let explained = try it.program("explain", typed)
            let told = try it.program("history", typed)
            #expect(explained.exitCode == code.rawValue && explained.output.isEmpty)
            #expect(explained.errors == told.errors && !told.errors.isEmpty)
        }
    }

    // MARK: What is typed when recording

    @Test func aNumberOfAnotherDeviceIsTakenFromTheCardOnly() throws {
        let it = try Case()
        let refused = try it.program("member", "enroll", "--name", "Noor", "--number", "1501")
        #expect(refused.exitCode == Sysexit.dataError.rawValue)
        #expect(refused.errors.contains("HAR-1501 is set apart for the device \"tablet\""))
        let taken = try it.program(
            "member", "enroll", "--name", "Noor", "--number", "1501", "--on-card")
        #expect(taken.exitCode == 0 && taken.output.hasPrefix("enrolled HAR-1501 Noor"))
        let changed = try it.program("member", "change", "HAR-2", "--number", "1502")
        #expect(changed.exitCode == Sysexit.dataError.rawValue)
        let free = try it.program("member", "enroll", "--name", "Sam")
        #expect(free.exitCode == 0 && free.output.hasPrefix("enrolled HAR-1001 Sam"))
    }

    @Test func whoHasTheNameAlreadyIsNamedAndSomebodyIsEnrolledAllTheSame() throws {
        let it = try Case()
        let saved = try it.program("member", "enroll", "--name", "gil LUÍS")
        #expect(saved.exitCode == 0 && saved.output.hasPrefix("enrolled HAR-1001 gil LUÍS"))
        #expect(saved.errors.contains("HAR-2 Luis Gil is called so already (Harbor, no entries)"))
        let other = try it.program("member", "enroll", "--name", "Luis")
        #expect(other.exitCode == 0 && !other.errors.contains("already"))
    }

    @Test func aRevokedDeviceSavesAndSaysInOneLineThatItWaits() throws {
        let it = try Case()
        it.bench.office.revocation = { _ in
            Revocation(
                revokedAt: Instant(milliseconds: 1_774_353_600_000), asOf: Sequence64(2),
                decidedTo: .start, decided: [])
        }
        it.bench.office.verdict = { _ in .quarantined(.revoked) }
        _ = try it.bench.sync()
        let saved = try it.program("member", "enroll", "--name", "Sam")
        #expect(saved.exitCode == 0 && saved.output.hasPrefix("enrolled HAR-1001 Sam"))
        #expect(saved.errors.split(separator: "\n").count == 1)
        #expect(saved.errors.contains("this device was revoked on 2026-03-24"))
        let status = try it.program("status")
        #expect(status.output.contains("REVOKED by the office on 2026-03-24"))
        let link = PairingLink(
            host: "127.0.0.1", port: 1, mode: .loopback, id: counting(1, 8),
            secret: counting(1, 10), ledger: Hash.of(Fixed.ledger.signingPublicKey))
        let paired = try it.program("pair", "\(link)", "--label", "new")
        #expect(paired.errors.contains("this folder stays tablet, which the office revoked on"))
        #expect(paired.errors.contains("another --data"))
    }
}
