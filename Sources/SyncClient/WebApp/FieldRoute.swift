// The route table of the field page: pure. Neighbors: FieldSite answers each.
// Invariant: whatever changes something is a POST.

internal import HTTPTypes
internal import Shared

enum FieldRoute: Equatable {
    /// Where the terminal's address leads, with the key.
    static let openPath = "/open"

    case style, script
    case record, save, undo, find
    case people, enrollForm, enroll
    case person(String)
    case changePerson(String)
    case entries
    case entry(String)
    case say(String, Saying)
    case questions
    case reply(String)
    case sync, syncNow
    case chooseWorker, chooseLanguage

    /// What can be said of an entry afterwards.
    enum Saying: String, CaseIterable {
        case amend, void, confirm, dispute, reinstate
    }

    init?(_ method: HTTPRequest.Method, _ path: String) {
        let parts = path.split(separator: "/", omittingEmptySubsequences: true).map(String.init)
        switch (method, parts.first, parts.count) {
        case (.get, nil, 0): self = .record
        case (.get, "style.css", 1): self = .style
        case (.get, "page.js", 1): self = .script
        case (.post, "record", 1): self = .save
        case (.post, "undo", 1): self = .undo
        case (.get, "find", 1): self = .find
        case (.get, "people", 1): self = .people
        case (.post, "people", 1): self = .enroll
        case (.get, "people", 2) where parts[1] == "new": self = .enrollForm
        case (.get, "people", 2): self = .person(parts[1])
        case (.post, "people", 2): self = .changePerson(parts[1])
        case (.get, "entries", 1): self = .entries
        case (.get, "entries", 2): self = .entry(parts[1])
        case (.post, "entries", 3):
            guard let saying = Saying(rawValue: parts[2]) else { return nil }
            self = .say(parts[1], saying)
        case (.get, "questions", 1): self = .questions
        case (.post, "questions", 2): self = .reply(parts[1])
        case (.get, "sync", 1): self = .sync
        case (.post, "sync", 1): self = .syncNow
        case (.post, "worker", 1): self = .chooseWorker
        case (.post, "language", 1): self = .chooseLanguage
        default: return nil
        }
    }
}
