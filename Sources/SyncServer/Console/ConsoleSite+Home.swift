// The first page: what needs a person today.
// Neighbors: home.mustache shows it; the command line's `waiting` has the same.

internal import Faces
internal import Hummingbird
internal import Shared
internal import Store

struct HomeModel: Sendable {
    let t: [String: String]
    let frame: PageFrame
    let conflicts: String
}

extension ConsoleSite {
    func homePage(_ visit: ConsoleVisit) async throws -> Response {
        let model = try await desk.read { [desk] views in
            let open = try desk.conflicts(views).lines(for: visit.person)
            return HomeModel(
                t: visit.text.texts,
                frame: try PageFrame(
                    views, visit, title: visit.text("home"), place: .home,
                    counts: [.conflicts: open.count]),
                conflicts: visit.text.count("open_conflicts", open.count))
        }
        return html("home", model)
    }
}
