// Rows of an import → events, in large transactions.
// Neighbors: TimeOverflowImport and MappedImport give the rows, Recorder records.
// Invariant: a row that is here by the time it is written adds nothing, so an import that was cut
// off, or runs twice at once, is one import.

internal import Shared
internal import Store

struct ImportBatches {
    /// Events of one transaction: few enough to bound memory, enough that the disk is no bound.
    static let rowsMax = 2_000

    let device: Device
    let worker: EntityID
    /// Rows done and rows in all.
    let progress: (Int, Int) -> Void

    func record<Row>(
        _ rows: [Row], importKey: KeyPath<Row, ImportKey>,
        draft: (Row, LocalBook) throws -> Draft, recorded: (Row, EntityID) -> Void = { _, _ in }
    ) throws {
        var done = 0
        while done < rows.count {
            let batch = rows[done..<min(done + Self.rowsMax, rows.count)]
            let made = try device.write { book in
                let new = try batch.filter {
                    try book.views.imported($0[keyPath: importKey]) == nil
                }
                let recorder = try Recorder(book: book, device: device, worker: worker)
                let events = try recorder.record(try new.map { try draft($0, book) })
                return zip(new, events).map { ($0, $1.entity) }
            }
            for (row, entity) in made { recorded(row, entity) }
            done += batch.count
            progress(done, rows.count)
        }
    }
}
