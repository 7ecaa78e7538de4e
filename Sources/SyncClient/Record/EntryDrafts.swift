// What is said of an entry afterwards → drafts. Neighbors: the commands and the page hand in what
// was typed; Recorder records; Shared/Decide/Testimony says what comes of it.

internal import Shared
internal import Store

struct EntryDrafts {
    private let book: LocalBook

    init(_ book: LocalBook) { self.book = book }

    func void(_ entry: HoursState, reason: String?) throws -> Draft {
        guard !entry.isVoid else {
            throw UserError(.dataError, "\(entry.id.short) is void already")
        }
        let values: Payload = reason.map { [VoidField.reason: .text($0)] } ?? [:]
        return said(.hoursVoided, of: entry, values)
    }

    /// Nil where this worker has said so already.
    func testimony(
        _ kind: Kind, of entry: HoursState, _ values: Payload, reason: String?, by worker: EntityID
    ) throws -> Draft? {
        var values = values
        values[TestimonyField.reason] = reason.map(Value.text)
        if try book.hasSaid(kind, values, of: entry, by: worker) { return nil }
        return said(kind, of: entry, values)
    }

    private func said(_ kind: Kind, of entry: HoursState, _ values: Payload) -> Draft {
        Draft(
            kind, subject: entry.id, home: entry.home, values: values,
            subjects: .entities(entry.shares.accounts))
    }
}
