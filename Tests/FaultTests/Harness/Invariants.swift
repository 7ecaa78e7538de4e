// What must hold after every fault: I1 to I8 of the project's list of faults. Neighbors: Town is
// checked, every suite here calls `broken`, FaultReport prints which were looked at.

import Foundation
import GRDB
import Shared
import Store

@testable import SyncClient
@testable import SyncServer

enum Invariant: String, CaseIterable, Codable, Sendable {
    /// No acknowledged event is lost.
    case i1 = "I1"
    /// None is applied twice.
    case i2 = "I2"
    /// The ledger only grows, and every checkpoint is consistent with it.
    case i3 = "I3"
    /// All replicas converge.
    case i4 = "I4"
    /// Minutes sum to zero.
    case i5 = "I5"
    /// Damage is named, never silent.
    case i6 = "I6"
    /// No personal data in an error or a log.
    case i7 = "I7"
    /// Progress resumes by itself.
    case i8 = "I8"
}

/// What people were told, while a fault was at work: every exchange has minutes of its own.
struct Told {
    /// "Saved" was said.
    var saved: Set<Int64> = []
    /// It was tried, and an error was shown: it may be there or not.
    var failed: Set<Int64> = []
    /// What was shown.
    var errors: [String] = []
    /// A device gave up without saying anything.
    var isSilent = false

    mutating func note(_ error: any Error) {
        let shown = Self.sentence(error)
        errors.append(shown ?? "\(error)")
        isSilent = isSilent || shown == nil
    }
}

extension Told {
    /// What the programs print for it; nil if they have no sentence for it.
    private static func sentence(_ error: any Error) -> String? {
        if let shown = UserError(showing: error) { return shown.description }
        return (error as? Refusal)?.sentence
    }
}

/// A broken invariant, and what was seen.
struct Breach: CustomStringConvertible {
    let invariant: Invariant
    let finding: String
    var description: String { "\(invariant.rawValue): \(finding)" }
}

extension Town {
    private static let sessionsMax = 6

    /// Lets everybody sync with the fault gone, and says what does not hold.
    func broken(_ told: Told, devices names: [String]) async throws -> [Breach] {
        var breaches: [Breach] = []
        let unfinished = try await serving { port in
            try await apart {
                // Twice: the first to sync has not seen what the last brings.
                _ = try names.map { try settle($0, port: port) }
                return try names.filter { try !settle($0, port: port) }
            }
        }
        if !unfinished.isEmpty {
            breaches.append(Breach(invariant: .i8, finding: "\(unfinished) did not finish"))
        }
        let store = try openStore()
        defer { try? store.pool.close() }
        let ledger = try store.read { Book(try $0.hours(), try $0.balances()) }
        breaches += ledger.breaches(told)
        for part in try store.verified() where !part.isWhole {
            breaches.append(Breach(invariant: .i3, finding: "\(part.part): \(part.finding)"))
        }
        for name in names { breaches += try compare(name, with: ledger, of: store) }
        return breaches + secrecy(told)
    }

    /// Whether the device has nothing left to do.
    private func settle(_ name: String, port: UInt16) throws -> Bool {
        let device = try open(name)
        defer { device.close() }
        for _ in 0..<Self.sessionsMax
        where try sync(device, port: port).end == .complete && device.read({ try $0.unsentCount })
            == 0
        {
            return true
        }
        return false
    }

    private func compare(
        _ name: String, with ledger: Book, of store: ServerStore
    ) throws -> [Breach] {
        let device = try open(name)
        defer { device.close() }
        return try device.read { book in
            let held = book.held.sorted()
            var breaches: [Breach] = []
            let theirs = try store.read { views in
                try held.map { try views.tables.digest(of: $0) }
            }
            if try held.map({ try book.tables.digest(of: $0) }) != theirs {
                breaches.append(Breach(invariant: .i4, finding: "\(name) holds another ledger"))
            }
            if Book(try book.views.hours(), try book.views.balances()) != ledger {
                breaches.append(Breach(invariant: .i4, finding: "\(name) shows other balances"))
            }
            for part in try book.verified() where !part.isWhole {
                breaches.append(
                    Breach(invariant: .i3, finding: "\(name), \(part.part): \(part.finding)"))
            }
            return breaches
        }
    }

    private func secrecy(_ told: Told) -> [Breach] {
        var breaches = (told.errors + LogLines.all).filter { line in
            (Personal.names + [Personal.note]).contains(where: line.contains)
        }.map { Breach(invariant: .i7, finding: $0) }
        if told.isSilent { breaches.append(Breach(invariant: .i6, finding: "nothing was said")) }
        return breaches
    }
}

/// What counts, as people see it.
private struct Book: Equatable {
    /// By the minutes of an exchange.
    let entries: [Int64: Int]
    let balances: [String: Int64]

    init(_ hours: [HoursRecord], _ balances: [BalanceRecord]) {
        entries = Dictionary(grouping: hours) { $0.providers.reduce(0) { $0 + $1.minutes } }
            .mapValues(\.count)
        self.balances = Dictionary(
            balances.map { ($0.account, $0.balance) }, uniquingKeysWith: { $1 })
    }

    func breaches(_ told: Told) -> [Breach] {
        let lost = told.saved.filter { entries[$0] == nil }
        let doubled = entries.filter { $0.value > 1 }.keys
        let strange = entries.keys.filter { !told.saved.union(told.failed).contains($0) }
        let sum = balances.values.reduce(0, +)
        return [
            lost.isEmpty ? nil : Breach(invariant: .i1, finding: "lost: \(lost.sorted())"),
            doubled.isEmpty ? nil : Breach(invariant: .i2, finding: "twice: \(doubled.sorted())"),
            strange.isEmpty ? nil : Breach(invariant: .i2, finding: "from nowhere: \(strange)"),
            sum == 0 ? nil : Breach(invariant: .i5, finding: "the sum is \(sum) minutes"),
        ].compactMap(\.self)
    }
}
