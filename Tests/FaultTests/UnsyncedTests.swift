// Row 8 of the list of faults: an fsync reports an error. The program that had it writes no more,
// however well the disk does afterwards; the power goes; started again, both sides hold all that
// was said to be saved. Neighbors: Store's WriteGuard stops the writes, ExhaustionTests fill disks.

import FaultInjection
import Foundation
import GRDB
import Shared
import Store
import Testing

@testable import SyncClient
@testable import SyncServer

@Suite("A disk that does not confirm", .serialized)
struct UnsyncedTests {
    /// Of one after the other, each in a transaction of its own.
    private static let minutes: [Int64] = [77, 78]

    @Test("fault 8: a device writes no more after an fsync that failed")
    func recording() async throws {
        let start = try await Start()
        defer { start.town.remove() }
        try await sweep(start, "tablet", "device's fsync fails while recording") { town, told in
            let device = try town.open("tablet")
            defer { device.close() }
            for minutes in Self.minutes {
                told.failed.insert(minutes)
                do {
                    try town.exchange(device, start.ana, start.omar, minutes: minutes)
                    told.saved.insert(minutes)
                } catch {
                    told.note(error)
                }
            }
            let isKept = try device.read { try Book($0.views).entries[Self.minutes[1]] != nil }
            return device.writes.isStopped ? Stopped(wrote: isKept) : nil
        }
    }

    @Test("fault 8: a server writes no more after an fsync that failed, and says so")
    func admission() async throws {
        let start = try await Start()
        defer { start.town.remove() }
        try await sweep(start, "office", "server's fsync fails while it admits") { town, told in
            let store = try town.openStore()
            defer { store.close() }
            var wroteOn = false
            for name in ["Mei", "Eli"] {
                let isStopped = store.writes.isStopped
                do {
                    _ = try store.append {
                        try $0.addWorker(
                            name: name, role: .coordinator, neighborhoods: [town.harbor])
                    }
                    wroteOn = wroteOn || isStopped
                } catch {
                    told.note(error)
                }
            }
            guard store.writes.isStopped else { return nil }
            #expect(Problem(store.writes.trouble) == .diskFailing)
            return Stopped(wrote: wroteOn)
        }
    }

    /// What a program did that had to stop.
    private struct Stopped: Sendable { let wrote: Bool }

    /// Nil from `work` when no failure came to the program's knowledge.
    private func sweep(
        _ start: Start, _ folder: String, _ done: String,
        _ work: @escaping (Town, inout Told) throws -> Stopped?
    ) async throws {
        var broken: [Breach] = []
        var (struck, stops) = (0, 0)
        for nth in 1... {
            let town = try start.town.copy(seed: UInt64(nth))
            defer { town.remove() }
            var told = Told()
            told.saved = Start.saved
            let target = town.folder.appendingPathComponent(folder)
            FaultVFS.arm(target, .sync, onlyCommits: false, nth: nth, .error)
            var stopped: Stopped?
            do { stopped = try work(town, &told) } catch { told.note(error) }
            FaultVFS.cutPower(.power)
            guard FaultVFS.disarm() != nil else { break }
            struck += 1
            if let stopped {
                stops += 1
                if stopped.wrote { broken.append(Breach(.i6, "fsync \(nth): it wrote on")) }
            }
            broken += try await town.broken(told, devices: Start.devices).map {
                Breach($0.invariant, "fsync \(nth): \($0.finding)")
            }
        }
        for breach in broken.prefix(10) { Issue.record("\(breach)") }
        #expect(broken.count == 0)
        #expect(stops > 0)
        try FaultReport.row(
            8, done, times: struck, broken: broken, notes: ["stopped for it: \(stops)"])
    }
}
