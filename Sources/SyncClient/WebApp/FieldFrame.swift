// What stands on every page: where one is, who records, as of when the book is true.
// Neighbors: each page fills `FieldPage`; Faces/Resources/frame.mustache shows it.

internal import Faces
internal import Shared
internal import Store

/// What the last request did, told once at the head of the next page.
struct Done: Sendable {
    let text: String
    /// The entry that can be taken back.
    var undo: String?
    /// Where an answer can be given again.
    var again: String?
}

struct FieldFrame: Sendable {
    struct Link: Sendable {
        let path: String
        let name: String
        let isHere: Bool
        /// What waits there for somebody; nil for nothing.
        let waiting: String?
    }
    struct Worker: Sendable {
        let id: String
        let name: String
        let isCurrent: Bool
    }
    struct Workers: Sendable { let people: [Worker] }
    struct Choice: Sendable {
        let code: String
        let name: String
        let isCurrent: Bool
    }

    let language: String
    let title: String
    let community: String
    /// To come back to after a worker or a language was chosen.
    let path: String
    let workers: Workers?
    let links: [Link]
    let done: Done?
    /// What the office asks those who record here, where the page itself does not show it.
    let asked: [AskedLine]
    /// "As of position 120, 3 minutes ago. 2 entries on this device only."
    let standing: String
    let languages: [Choice]
    /// Marks the practice book on every page.
    let isPractice: Bool

    /// `place` is nil for a page that is none of those that every page leads to.
    init(
        _ book: LocalBook, _ visit: Visit, title: String, place: FieldPlace?,
        questionsShown: Int = 0
    ) throws {
        let text = visit.text
        language = text.language.rawValue
        self.title = title
        community = book.paired.communityName
        path = visit.path
        done = visit.done
        let people = try book.workerRecords().map {
            Worker(id: $0.id, name: $0.name, isCurrent: $0.isCurrent)
        }
        workers = people.isEmpty ? nil : Workers(people: people)
        links = try FieldPlace.allCases.map {
            Link(
                path: $0.path, name: text($0.textKey), isHere: $0 == place,
                waiting: try book.waiting(at: $0, text))
        }
        asked = try book.askedLines(text, shown: questionsShown)
        standing = try book.standingText(text, now: visit.now)
        isPractice = book.paired.isPractice
        languages = Language.allCases.map {
            Choice(code: $0.rawValue, name: $0.ownName, isCurrent: $0 == text.language)
        }
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

/// One request by somebody: what their browser says, and what they read.
struct Visit: Sendable {
    let path: String
    let text: StringTable
    let now: Instant
    var done: Done?
}

extension LocalBook {
    /// How much waits at a place for whoever uses this device; nil for nothing.
    fileprivate func waiting(at place: FieldPlace, _ text: StringTable) throws -> String? {
        switch place {
        case .slips:
            let parked = try tables.parkedCount()
            return parked == 0 ? nil : text.count("parked", parked)
        case .entries:
            let changed = try unseenChanges().count
            return changed == 0 ? nil : text.count("office_changes", changed)
        case .record, .people, .sync: return nil
        }
    }

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

extension StringTable {
    private static let minute: Int64 = 60_000

    /// "3 hours ago", in the largest unit that is full.
    func ago(from then: Instant, to now: Instant) -> String {
        let minutes = max(0, now.milliseconds - then.milliseconds) / Self.minute
        return switch minutes {
        case 0: self("just_now")
        case ..<60: count("minutes_ago", Int(minutes))
        case ..<1_440: count("hours_ago", Int(minutes / 60))
        default: count("days_ago", Int(clamping: minutes / 1_440))
        }
    }
}
