// `hourbook worker list` and `worker use`: who records on a device that several people share.
// Neighbors: Finder.worker asks for the choice; the office says who may record here.
// Invariant: while several may record and none was chosen, nothing is recorded: a shared tablet
// never credits the wrong worker.

internal import ArgumentParser
internal import Foundation
internal import GRDB
internal import Shared
internal import Store

struct WorkerCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "worker", abstract: "Say who records on this device.",
        subcommands: [List.self, Use.self])

    struct List: ClientCommand {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "List who may record here, and who does now.")

        @OptionGroup var data: DataOptions
        @OptionGroup var json: JSONOption

        func perform() throws {
            let records = try data.device().read { try $0.workerRecords() }
            if json.isOn { return try records.forEach(Screen.printJSON) }
            var table = TextTable(("", .left), ("NAME", .left), ("ROLE", .left), ("ID", .left))
            for record in records {
                table.add(record.isCurrent ? "*" : "", record.name, record.role, record.id)
            }
            Screen.show(table)
        }
    }

    struct Use: ClientCommand {
        static let configuration = CommandConfiguration(
            commandName: "use",
            abstract: "Record in this worker's name until another is chosen.")

        @OptionGroup var data: DataOptions
        @OptionGroup var json: JSONOption
        @Argument(help: "Name, a part of it, or id.") var worker: String

        func perform() throws {
            let chosen = try data.device().write { book in
                let chosen = try Finder(book: book).worker(worker)
                try book.tables.setCurrentWorker(chosen)
                return try book.workerRecords().first { $0.id == chosen.short }
            }
            guard let chosen else { return }
            if json.isOn { return try Screen.printJSON(chosen) }
            print("recording as \(chosen.name.onOneLine)")
        }
    }
}

struct WorkerRecord: Encodable {
    let id: String
    let name: String
    let role: String
    /// Records when --worker is not given.
    let isCurrent: Bool
}

extension LocalBook {
    /// Ascending by name.
    func workerRecords() throws -> [WorkerRecord] {
        let current = try currentWorker
        return try (device?.workers ?? []).map { id in
            var role: Role?
            if case .worker(let state)? = try views.state(of: id) { role = state.role }
            return WorkerRecord(
                id: id.short, name: try views.workerName(id) ?? id.short, role: role?.name ?? "",
                isCurrent: id == current)
        }.sorted { ($0.name, $0.id) < ($1.name, $1.id) }
    }

    /// The one chosen, or the only one; nil while somebody must choose. A choice ends when the
    /// office takes the worker off this device.
    var currentWorker: EntityID? {
        get throws {
            let workers = device?.workers ?? []
            if workers.count == 1 { return workers[0] }
            return try tables.currentWorker().flatMap { workers.contains($0) ? $0 : nil }
        }
    }
}

extension LedgerTables {
    fileprivate func currentWorker() throws -> EntityID? {
        try Data.fetchOne(db, sql: "SELECT worker FROM current_worker")
            .flatMap { Dot(stored: [UInt8]($0)) }.map { EntityID($0) }
    }

    func setCurrentWorker(_ worker: EntityID) throws {
        try db.execute(
            sql: "INSERT OR REPLACE INTO current_worker (id, worker) VALUES (1, ?)",
            arguments: [Data(worker.bytes)])
    }
}

extension Dot {
    /// Replica, 16 bytes, and sequence, 8.
    fileprivate init?(stored bytes: [UInt8]) {
        guard bytes.count == 24, let replica = ReplicaID(bytes.prefix(16)) else { return nil }
        self.init(replica, Sequence64(bytes.suffix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }))
    }
}
