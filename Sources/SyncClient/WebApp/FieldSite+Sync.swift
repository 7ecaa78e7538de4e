// Sync: as of when, what is on this device only, what waits and why, and one thing to do.
// Neighbors: SyncRunner syncs, StatusRecord and WaitingRecord know; sync.mustache shows.

internal import Faces
internal import HTTPTypes
internal import Hummingbird
internal import Shared
internal import Store
internal import Texts

struct SyncModel: Sendable {
    struct Progress: Sendable {
        let words: String
        let done: Int
        let all: Int
        /// Which try it is; nil for the first.
        let again: String?
    }
    /// The one thing to do next.
    struct Next: Sendable {
        struct Link: Sendable {
            let path: String
            let name: String
        }
        let words: String
        /// Of a sync, where that is it.
        let button: String?
        let repairs: Bool
        let link: Link?
    }
    struct Waiting: Sendable {
        let what: String
        let why: String
    }

    let t: [String: String]
    let frame: PageFrame
    let progress: Progress?
    let ended: String?
    let trouble: String?
    let next: Next
    let unsent: String
    let oldest: String?
    let lastContact: String
    let server: String
    let waiting: [Waiting]
    let hasWaiting: Bool
    let advice: String?
}

extension FieldSite {
    func syncPage(_ visit: Visit) async throws -> Response {
        let state = sync.present
        let model = try await desk.read(visit.text) { book, shelf in
            try SyncModel(book, shelf, state, visit)
        }
        var response = html("sync", model)
        // Without a script, too, the page shows how far it is.
        if model.progress != nil, let refresh = HTTPField.Name("Refresh") {
            response.headers[refresh] = "1"
        }
        return response
    }

    func syncNow(_ fields: FormFields, _ visit: Visit) async throws -> Response {
        let unsent = try await desk.read(visit.text) { book, _ in
            Int(clamping: try book.unsentCount)
        }
        sync.start(unsent: unsent, repairs: fields["repair"] == "1")
        return redirect(to: "/sync")
    }
}

extension SyncModel {
    init(
        _ book: LocalBook, _ shelf: Shelf, _ state: SyncRunner.State, _ visit: Visit
    ) throws {
        let text = visit.text
        t = text.texts
        frame = try PageFrame(book, shelf, visit, title: text("sync"), place: .sync)
        switch state {
        case .idle: (progress, ended, trouble) = (nil, nil, nil)
        case .running(let pushed, let fetched, let all, let again):
            progress = Progress(
                words: text("sync_moving", ["sent": "\(pushed)", "fetched": "\(fetched)"]),
                done: min(pushed, all), all: max(all, 1),
                again: again.map {
                    text("sync_again", ["number": "\($0.number)", "most": "\($0.most)"])
                })
            (ended, trouble) = (nil, nil)
        case .ended(let pushed, let fetched, let failure):
            progress = nil
            // Not beside entries that came to be since.
            ended =
                try failure == nil && book.unsentCount == 0
                ? text("sync_done", ["sent": "\(pushed)", "fetched": "\(fetched)"]) : nil
            trouble = failure?.words(text)
        }
        next = try Next(book, visit)
        let summary = try UnsentSummary(book)
        unsent =
            summary.count == 0
            ? text("nothing_unsent") : text.count("unsent", Int(clamping: summary.count))
        oldest = summary.oldest.map {
            text("oldest", ["ago": text.ago(from: $0, to: visit.now)])
        }
        lastContact =
            book.sync.lastContact.map {
                text("as_of", ["ago": text.ago(from: $0, to: visit.now)])
            } ?? text("never_synced")
        server = book.paired.server.url
        waiting = try WaitingRecord.refused(book).filter { $0.decided == nil }.map {
            Waiting(
                what: book.views.voice.line($0.text), why: book.views.voice.sentence($0.why))
        }
        hasWaiting = !waiting.isEmpty
        let said = book.sync.advice
        advice =
            said.isEmpty ? nil : Phrase(saying: said).map(book.views.voice.sentence) ?? said
    }
}

extension SyncModel.Next {
    /// From the same checkup that `doctor` prints.
    fileprivate init(_ book: LocalBook, _ visit: Visit) throws {
        let text = visit.text
        let office = ["office": book.paired.communityName] as KeyValuePairs
        guard !book.paired.isPractice,
            let action = try Checkup.nextAction(book, now: visit.now)
        else {
            self = try Self.without(book, text, office)
            return
        }
        self.init(
            words: text("next_\(action.rawValue)", office),
            button: action.isSync ? text("sync_now") : nil, repairs: action == .repair,
            link: action == .tellOffice
                ? Link(path: "/entries?state=waiting", name: text("filter_waiting")) : nil)
    }

    /// Where the device itself is well: what waits for whoever uses it.
    private static func without(
        _ book: LocalBook, _ text: StringTable, _ office: KeyValuePairs<String, String>
    ) throws -> Self {
        let questions = try book.unansweredQuestions.count
        let parked = try book.tables.parkedCount()
        let (words, link): (String, Link?) =
            if questions > 0 {
                (
                    text.count("next_questions", questions),
                    Link(path: "/questions", name: text("questions"))
                )
            } else if parked > 0 {
                (
                    text.count("parked_left", parked),
                    Link(path: "/slips", name: text("finish_parked"))
                )
            } else {
                (text("next_nothing", office), nil)
            }
        return Self(words: words, button: nil, repairs: false, link: link)
    }
}
