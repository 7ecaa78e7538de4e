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
    case card(String)
    case changePerson(String)
    case entries, markSeen
    case entry(String)
    case say(String, Saying)
    case questions
    case reply(String)
    case slips(SlipRoute)
    case sync, syncNow
    case chooseWorker, chooseLanguage

    /// What can be said of an entry afterwards.
    enum Saying: String, CaseIterable {
        case amend, replace, void, confirm, dispute, reinstate
    }

    /// One line of the table: in `pattern` a star stands for any one part, handed to `make`.
    struct Line: Sendable {
        let method: HTTPRequest.Method
        let pattern: String
        let make: @Sendable ([String]) -> FieldRoute

        init(
            _ method: HTTPRequest.Method, _ pattern: String,
            _ make: @escaping @Sendable ([String]) -> FieldRoute
        ) {
            (self.method, self.pattern, self.make) = (method, pattern, make)
        }

        /// What stands in the places of the stars; nil where the path is another.
        func starred(_ parts: [Substring]) -> [String]? {
            let wanted = pattern.split(separator: "/")
            guard wanted.count == parts.count,
                zip(wanted, parts).allSatisfy({ $0 == "*" || $0 == $1 })
            else { return nil }
            return zip(wanted, parts).filter { $0.0 == "*" }.map { String($0.1) }
        }
    }

    /// The first line that fits is taken.
    static let table: [Line] =
        [
            Line(.get, "/") { _ in .record }, Line(.get, "/style.css") { _ in .style },
            Line(.get, "/page.js") { _ in .script }, Line(.post, "/record") { _ in .save },
            Line(.post, "/undo") { _ in .undo }, Line(.get, "/find") { _ in .find },
            Line(.get, "/people") { _ in .people }, Line(.post, "/people") { _ in .enroll },
            Line(.get, "/people/new") { _ in .enrollForm },
            Line(.get, "/people/*") { .person($0[0]) },
            Line(.post, "/people/*") { .changePerson($0[0]) },
            Line(.get, "/people/*/card") { .card($0[0]) },
            Line(.get, "/entries") { _ in .entries }, Line(.post, "/entries") { _ in .markSeen },
            Line(.get, "/entries/*") { .entry($0[0]) },
            Line(.get, "/questions") { _ in .questions },
            Line(.post, "/questions/*") { .reply($0[0]) },
            Line(.get, "/sync") { _ in .sync }, Line(.post, "/sync") { _ in .syncNow },
            Line(.post, "/worker") { _ in .chooseWorker },
            Line(.post, "/language") { _ in .chooseLanguage },
        ]
        + Saying.allCases.map { saying in
            Line(.post, "/entries/*/\(saying.rawValue)") { .say($0[0], saying) }
        } + SlipRoute.table

    init?(_ method: HTTPRequest.Method, _ path: String) {
        let parts = path.split(separator: "/", omittingEmptySubsequences: true)
        for line in Self.table where line.method == method {
            guard let starred = line.starred(parts) else { continue }
            self = line.make(starred)
            return
        }
        return nil
    }
}
