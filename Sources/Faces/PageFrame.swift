// What stands on every page: where one is, who is there, as of when it is true.
// Neighbors: each program fills it, frame.mustache shows it.

internal import Texts

public struct PageFrame: Sendable {
    public struct Link: Sendable {
        let path: String
        let name: String
        let isHere: Bool
        /// What waits there, such as "3"; nil for nothing.
        let count: String?

        public init(path: String, name: String, isHere: Bool, count: String? = nil) {
            (self.path, self.name, self.isHere, self.count) = (path, name, isHere, count)
        }
    }

    /// The pages that every page leads to.
    public struct Navigation: Sendable {
        let links: [Link]
        public init(_ links: [Link]) { self.links = links }
    }

    /// Those who may record on a device; one touch says who does.
    public struct Workers: Sendable {
        public struct Worker: Sendable {
            let id: String
            let name: String
            let isCurrent: Bool

            public init(id: String, name: String, isCurrent: Bool) {
                (self.id, self.name, self.isCurrent) = (id, name, isCurrent)
            }
        }

        let people: [Worker]

        /// Nil when there is nobody.
        public init?(_ people: [Worker]) {
            if people.isEmpty { return nil }
            self.people = people
        }
    }

    /// What the office asks somebody who records here.
    public struct Asked: Sendable {
        let words: String
        /// Where they are; nil for another worker's, who has to be chosen first.
        let path: String?

        public init(words: String, path: String?) { (self.words, self.path) = (words, path) }
    }

    /// Who has signed in at the office.
    public struct Person: Sendable {
        let name: String
        let role: String

        public init(name: String, role: String) { (self.name, self.role) = (name, role) }
    }

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
    let done: Done?
    let languages: [Choice]
    /// Nil for whoever has not signed in.
    public var navigation: Navigation?
    public var workers: Workers?
    public var person: Person?
    /// What the page itself does not show.
    public var asked: [Asked] = []
    /// Marks the practice book on every page.
    public var isPractice = false
    /// What everybody must know before all else; nil when nothing is the matter.
    public var warning: String?
    /// Shown anew after so many seconds by a browser without scripts, until what it waits for has
    /// come; nil for a page that stays.
    public var refreshSeconds: Int?
    /// "As the office knew it 3 minutes ago. 2 entries on this device only."
    public var standing: String?

    public init(_ visit: Visit, title: String, community: String) {
        language = visit.text.language.rawValue
        self.title = title
        self.community = community
        path = visit.path
        done = visit.done
        languages = Language.allCases.map {
            Choice(code: $0.rawValue, name: $0.ownName, isCurrent: $0 == visit.text.language)
        }
    }
}
