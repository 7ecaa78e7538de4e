// What stands on every page: where one is, who records, as of when the book is true.
// Neighbors: each page fills a `PageFrame`; Faces/Resources/frame.mustache shows it.

internal import Faces
internal import Shared
internal import Store
internal import Texts

extension PageFrame {
    /// `place` is nil for a page that is none of those that every page leads to.
    init(
        _ book: LocalBook, _ shelf: Shelf, _ visit: Visit, title: String, place: FieldPlace?,
        questionsShown: Int = 0
    ) throws {
        self.init(visit, title: title, community: book.paired.communityName)
        workers = Workers(
            try book.workerRecords().map {
                Workers.Worker(id: $0.id, name: $0.name, isCurrent: $0.isCurrent)
            })
        navigation = Navigation(
            try FieldPlace.allCases.map {
                Link(
                    path: $0.path, name: visit.text($0.textKey), isHere: $0 == place,
                    count: try book.waiting(at: $0, shelf, visit.text))
            })
        asked = try book.askedLines(visit.text, shown: questionsShown)
        standing = try book.standingText(visit.text, now: visit.now)
        isPractice = book.paired.isPractice
    }
}

/// The pages that every page leads to.
enum FieldPlace: CaseIterable {
    case record, slips, people, entries, sync

    var path: String {
        switch self {
        case .record: "/"
        case .slips: "/slips"
        case .people: "/people"
        case .entries: "/entries"
        case .sync: "/sync"
        }
    }

    var textKey: String {
        switch self {
        case .record: "record"
        case .slips: "slips"
        case .people: "people"
        case .entries: "entries"
        case .sync: "sync"
        }
    }
}

extension LocalBook {
    /// How much waits at a place for whoever uses this device; nil for nothing.
    fileprivate func waiting(
        at place: FieldPlace, _ shelf: Shelf, _ text: StringTable
    ) throws -> String? {
        switch place {
        case .slips:
            let parked = try tables.parkedCount()
            return parked == 0 ? nil : text.count("parked", parked)
        case .entries:
            let changed = shelf.recent.changes.count
            return changed == 0 ? nil : text.count("office_changes", changed)
        case .record, .people, .sync: return nil
        }
    }

    /// As of when, and what is on this device only.
    func standingText(_ text: StringTable, now: Instant) throws -> String {
        if paired.isPractice { return text("practice_standing") }
        let unsent = Int(clamping: try unsentCount)
        let here =
            unsent == 0 ? text("nothing_unsent") : text.count("unsent", unsent)
        guard let contact = sync.lastContact else { return "\(text("never_synced")) \(here)" }
        return text("as_of", ["ago": text.ago(from: contact, to: now)]) + " \(here)"
    }
}
