// Sync: as of when, what is on this device only, what waits and why, and one thing to do.
// Neighbors: SyncRunner syncs, StatusRecord and WaitingRecord know; sync.mustache shows.

internal import Faces
internal import HTTPTypes
internal import Hummingbird
internal import NIOCore
internal import Shared
internal import Store

struct SyncModel: Sendable {
    struct Progress: Sendable {
        let words: String
        let done: Int
        let all: Int
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
        let model = try await desk.read { book, _ in try SyncModel(book, state, visit) }
        var response = html("sync", model)
        // Without a script, too, the page shows how far it is.
        if model.progress != nil, let refresh = HTTPField.Name("Refresh") {
            response.headers[refresh] = "1"
        }
        return response
    }

    func syncNow() async throws -> Response {
        let unsent = try await desk.read { book, _ in Int(clamping: try book.unsentCount) }
        sync.start(unsent: unsent)
        return redirect(to: "/sync")
    }
}

extension SyncModel {
    init(_ book: LocalBook, _ state: SyncRunner.State, _ visit: Visit) throws {
        let text = visit.text
        t = text.texts
        frame = try PageFrame(book, visit, title: text("sync"), place: .sync)
        switch state {
        case .idle: (progress, ended, trouble) = (nil, nil, nil)
        case .running(let pushed, let fetched, let all):
            progress = Progress(
                words: text("sync_moving", ["sent": "\(pushed)", "fetched": "\(fetched)"]),
                done: min(pushed, all), all: max(all, 1))
            (ended, trouble) = (nil, nil)
        case .ended(let pushed, let fetched, let failure):
            progress = nil
            ended =
                failure == nil
                ? text("sync_done", ["sent": "\(pushed)", "fetched": "\(fetched)"]) : nil
            trouble = failure
        }
        let summary = try UnsentSummary(book)
        unsent =
            summary.count == 0
            ? text("nothing_unsent") : text.count("unsent", Int(clamping: summary.count))
        oldest = summary.oldest.map {
            text("oldest", ["ago": text.ago(from: $0, to: visit.now)])
        }
        lastContact =
            book.sync.lastContact.map {
                text(
                    "as_of",
                    ["position": "\(book.sync.cursor)", "ago": text.ago(from: $0, to: visit.now)])
            } ?? text("never_synced")
        server = book.paired.server.url
        waiting = try WaitingRecord.refused(book).filter { $0.decided == nil }.map {
            Waiting(what: $0.text, why: $0.why)
        }
        hasWaiting = !waiting.isEmpty
        advice = book.sync.advice.isEmpty ? nil : book.sync.advice
    }
}
