// What must hold after every fault: I1 to I8 of the project's list of faults. Neighbors: Town is
// checked, every suite here calls `broken`, FaultReport prints which were looked at.

import FaultInjection
import Foundation
import GRDB
import Shared
import Store

@testable import SyncClient
@testable import SyncServer

extension Town {
    private static let sessionsMax = 6

    /// Before anybody syncs again: what people were told must be so already.
    func brokenAtOnce(_ told: Told) throws -> [Breach] {
        guard told.isInStep else { return [] }
        let store = try openStore()
        defer { store.close() }
        let missing = told.saved.subtracting(try Book(of: store).entries.keys)
        return missing.isEmpty
            ? [] : [Breach(.i1, "\"in step\" was shown, the office lacks \(missing.sorted())")]
    }

    /// Lets everybody sync with the fault gone, and says what does not hold.
    func broken(_ told: Told, devices names: [String]) async throws -> [Breach] {
        let notes = names.flatMap { (try? checkpoints(of: $0)) ?? [] }
        var breaches = try await serving { port in
            // Twice: the first to sync has not seen what the last brings.
            try await apart {
                _ = names.map { settle($0, port: port) }
                return names.compactMap { settle($0, port: port) }
            }
        }
        let store = try openStore()
        defer { store.close() }
        let ledger = try Book(of: store)
        breaches += ledger.breaches(told)
        breaches += try store.verified().filter { !$0.isWhole }
            .map { Breach(.i3, "\($0.part): \($0.finding)") }
        breaches += try notes.compactMap { try store.contradiction($0) }
        for name in names {
            do {
                breaches += try compare(name, with: ledger, of: store)
            } catch {
                breaches.append(Breach(.i4, "\(name) cannot be read: \(Told.shown(error))"))
            }
        }
        return breaches + secrecy(told)
    }

    /// Nil once the device has nothing left to do.
    private func settle(_ name: String, port: UInt16) -> Breach? {
        do {
            let device = try open(name)
            defer { device.close() }
            var end = SyncEnd.complete
            for _ in 0..<Self.sessionsMax {
                end = try sync(device, port: port).end
                if end == .complete, try device.read({ try $0.unsentCount }) == 0 { return nil }
            }
            return Breach(.i8, "\(name) does not come to an end: \(end)")
        } catch {
            return Breach(.i8, "\(name) cannot go on: \(Told.shown(error))")
        }
    }

    /// The ledger's checkpoint that the device was given last.
    private func checkpoints(of name: String) throws -> [String] {
        let device = try open(name)
        defer { device.close() }
        return try device.read { try $0.tables.keptCheckpoints() }
    }

    private func compare(
        _ name: String, with ledger: Book, of store: ServerStore
    ) throws -> [Breach] {
        let device = try open(name)
        defer { device.close() }
        return try device.read { book in
            let held = book.held.sorted()
            let digests = try store.read { views in
                try held.map { try views.tables.digest(of: $0) }
            }
            let own = try Book(book.views)
            return [
                try held.map { try book.tables.digest(of: $0) } == digests
                    ? nil : Breach(.i4, "\(name) holds another ledger"),
                own == ledger ? nil : Breach(.i4, "\(name) shows other balances"),
                own.unreadable == 0
                    ? nil : Breach(.i1, "\(name) cannot open \(own.unreadable) sealed texts"),
            ].compactMap(\.self)
                + (try book.verified().filter { !$0.isWhole }.map {
                    Breach(.i3, "\(name), \($0.part): \($0.finding)")
                })
        }
    }

    func secrecy(_ told: Told) -> [Breach] {
        let personal = Personal.names + [Personal.note]
        var breaches = (told.errors + LogLines.taken()).filter { line in
            personal.contains(where: line.contains)
        }.map { Breach(.i7, $0) }
        if told.isSilent {
            breaches.append(Breach(.i6, "no sentence for \(told.errors.last ?? "an error")"))
        }
        return breaches
    }
}

extension ServerStore {
    /// What a ledger checkpoint that a device was given says otherwise.
    fileprivate func contradiction(_ note: String) throws -> Breach? {
        let signed = try? SignedCheckpoint(
            verifying: note, community: community, epoch: epoch,
            ledgerKey: keys.ledger.signingPublicKey, scopes: [])
        // Of a scope's tree: the device compares those itself.
        guard let checkpoint = signed?.checkpoint, case .ledger = checkpoint.tree else {
            return nil
        }
        let root = try read { try $0.tables.ledgerRoot(at: LedgerPosition(checkpoint.size)) }
        return root == checkpoint.root
            ? nil : Breach(.i3, "what was signed at position \(checkpoint.size) is no more")
    }
}

/// What counts, as people see it.
struct Book: Equatable {
    /// By the minutes of an exchange.
    let entries: [Int64: Int]
    let balances: [String: Int64]
    /// Names and descriptions that are there and cannot be read.
    let unreadable: Int

    init(_ views: Views) throws {
        let hours = try views.hours()
        let balances = try views.balances()
        entries = Dictionary(grouping: hours) { $0.providers.reduce(0) { $0 + $1.minutes } }
            .mapValues(\.count)
        self.balances = Dictionary(
            balances.map { ($0.account, $0.balance) }, uniquingKeysWith: { $1 })
        unreadable =
            hours.count { $0.description == nil }
            + (try views.members().count { try views.name(of: $0) == nil })
    }

    init(of store: ServerStore) throws { self = try store.read { try Book($0) } }

    func breaches(_ told: Told) -> [Breach] {
        let lost = told.saved.filter { entries[$0] == nil }.sorted()
        let doubled = entries.filter { $0.value > 1 }.keys.sorted()
        let strange = entries.keys.filter { !told.saved.union(told.failed).contains($0) }.sorted()
        let sum = balances.values.reduce(0, +)
        return [
            lost.isEmpty ? nil : Breach(.i1, "lost: \(lost)"),
            unreadable == 0 ? nil : Breach(.i1, "the office cannot open \(unreadable) texts"),
            doubled.isEmpty ? nil : Breach(.i2, "twice: \(doubled)"),
            strange.isEmpty ? nil : Breach(.i2, "from nowhere: \(strange)"),
            sum == 0 ? nil : Breach(.i5, "the sum is \(sum) minutes"),
        ].compactMap(\.self)
    }
}
