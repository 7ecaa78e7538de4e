// What stands on every page of the console. Neighbors: each page fills a `PageFrame`;
// Faces/Resources/frame.mustache shows it.

internal import Faces
internal import Shared
internal import Store
internal import Texts

/// A request by somebody who has signed in.
struct ConsoleVisit: Sendable {
    let visit: Visit
    let person: SignedIn
    /// How much waits at each place for this person, the same on every page.
    let counts: @Sendable (Views) throws -> [ConsolePlace: Int]
    /// What they had typed into the page's form before their session ended.
    var typed: FormFields?
    /// Why nothing can be written, if so.
    var warning: String?

    var text: StringTable { visit.text }
    var now: Instant { visit.now }
}

/// The pages that every page leads to.
enum ConsolePlace: CaseIterable {
    case home, conflicts, decided, waiting, people, workers, devices, ledger

    /// The least role that it is shown to.
    var needs: Role {
        switch self {
        case .home, .conflicts, .decided, .waiting, .people, .workers, .ledger: .coordinator
        case .devices: .admin
        }
    }

    var path: String {
        switch self {
        case .home: "/"
        case .conflicts: "/conflicts"
        case .decided: "/decisions"
        case .waiting: "/waiting"
        case .people: "/people"
        case .workers: "/workers"
        case .devices: "/devices"
        case .ledger: "/ledger"
        }
    }

    var textKey: String {
        switch self {
        case .home: "home"
        case .conflicts: "conflicts"
        case .decided: "decisions"
        case .waiting: "waiting"
        case .people: "people"
        case .workers: "workers"
        case .devices: "devices"
        case .ledger: "ledger"
        }
    }
}

extension PageFrame {
    /// `place` is nil on a page that none of them leads to.
    init(
        _ views: Views, _ visit: ConsoleVisit, title: String, place: ConsolePlace?
    ) throws {
        self.init(visit.visit, title: title, community: try views.communityName())
        let text = visit.text
        let counts = try visit.counts(views)
        person = Person(
            name: visit.person.name, role: text("role_\(visit.person.role.name)"))
        navigation = Navigation(
            ConsolePlace.allCases.filter { visit.person.role >= $0.needs }.map {
                Link(
                    path: $0.path, name: text($0.textKey), isHere: $0 == place,
                    count: counts[$0].flatMap { $0 == 0 ? nil : "\($0)" })
            })
        warning = visit.warning
        standing = text("as_of_position", ["position": "\(views.position)"])
    }
}
