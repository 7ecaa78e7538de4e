// The same events into a new database, durable, a thousand a commit: rows alone, then with the
// trees, then with the tables that people read. Neighbors: CostsMain subtracts one from the next.

internal import Foundation
internal import GRDB
internal import Shared
internal import Store
internal import TestSupport

enum NewEventCost {
    /// What a server does with each event of a run before it waits for its turn to write.
    static func decodedAndHashed(_ bytes: [UInt8]) throws -> NewEvent {
        let new = try NewEvent(bytes: bytes)
        try new.event.checkShape()
        return new
    }
}

struct StoringCost {
    enum Part: CaseIterable {
        case rows, trees, projections

        var title: String {
            switch self {
            case .rows: "storing its row, with its share of a commit"
            case .trees: "growing the ledger's tree and a neighborhood's"
            case .projections: "deciding and projecting it"
            }
        }
    }

    let folder: URL
    let material: Material
    let part: Part

    /// Without opening the database and decoding the events.
    func seconds() throws -> Double {
        let place = folder.appendingPathComponent("costs-\(part)")
        try? FileManager.default.removeItem(at: place)
        try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: place) }
        let pool = try StoreFile.open(folder: place, register: { _ in })
        let events = try material.events.map(NewEventCost.decodedAndHashed)
        return try Costs.seconds {
            for first in stride(from: 0, to: events.count, by: Costs.batchEvents) {
                let batch = events[first...].prefix(Costs.batchEvents)
                try pool.write { try store(batch, LedgerTables($0)) }
            }
        }
    }

    private func store(_ events: ArraySlice<NewEvent>, _ tables: LedgerTables) throws {
        let recorded = try events.map { new in
            let position = LedgerPosition(new.event.dot.sequence.value)
            try tables.insert(
                new,
                Admitted(
                    position: position, reach: [.neighborhood(Fixed.harbor)],
                    receivedAt: new.event.recordedAt, contextUnknown: false),
                holding: part == .rows ? [] : nil)
            return RecordedEvent(
                event: new.event, leaf: new.leaf, position: position, contextUnknown: false)
        }
        if part == .projections { try tables.project(recorded) }
        try tables.finish()
    }
}
