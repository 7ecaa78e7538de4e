// What stands on every page: where one is, who records, as of when the book is true.
// Neighbors: each page fills a `PageFrame`; Faces/Resources/frame.mustache shows it.

internal import Faces
internal import Shared
internal import Store

extension PageFrame {
    /// `place` is nil for a page that is none of those that every page leads to.
    init(
        _ book: LocalBook, _ visit: Visit, title: String, place: FieldPlace?,
        questionsShown: Int = 0
    ) throws {
        self.init(visit, title: title, community: book.paired.communityName)
        workers = Workers(
            try book.workerRecords().map {
                Workers.Worker(id: $0.id, name: $0.name, isCurrent: $0.isCurrent)
            })
        navigation = Navigation(
            FieldPlace.allCases.map {
                Link(path: $0.path, name: visit.text($0.textKey), isHere: $0 == place)
            })
        asked = try book.askedLines(visit.text, shown: questionsShown)
        standing = try book.standingText(visit.text, now: visit.now)
        isPractice = book.paired.isPractice
    }
}

/// The pages that every page leads to.
enum FieldPlace: CaseIterable {
    case record, people, entries, sync

    var path: String {
        switch self {
        case .record: "/"
        case .people: "/people"
        case .entries: "/entries"
        case .sync: "/sync"
        }
    }

    var textKey: String {
        switch self {
        case .record: "record"
        case .people: "people"
        case .entries: "entries"
        case .sync: "sync"
        }
    }
}

extension LocalBook {
    /// As of when, and what is on this device only.
    func standingText(_ text: StringTable, now: Instant) throws -> String {
        let unsent = Int(clamping: try unsentCount)
        let here =
            unsent == 0 ? text("nothing_unsent") : text.count("unsent", unsent)
        if paired.isPractice { return text("practice_standing") }
        guard let contact = sync.lastContact else { return "\(text("never_synced")) \(here)" }
        return text(
            "as_of", ["position": "\(sync.cursor)", "ago": text.ago(from: contact, to: now)])
            + " \(here)"
    }
}
