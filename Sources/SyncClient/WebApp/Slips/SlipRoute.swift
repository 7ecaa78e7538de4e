// The routes of slips: pure. Neighbors: FieldRoute has those of the other pages, FieldSite+Slips
// answers each.

internal import HTTPTypes

enum SlipRoute: Equatable {
    case list, begin
    case batch(String)
    /// A row, or a slip to be parked.
    case save(String)
    case step(String, Step)
    case parked(String)
    case complete(String)
    case drop(String)

    /// What is done to a batch as a whole, or to its last row.
    enum Step: String, CaseIterable {
        case cover, finish, resume, undo
    }

    static let table: [FieldRoute.Line] =
        [
            .init(.get, "/slips") { _ in .slips(.list) },
            .init(.post, "/slips") { _ in .slips(.begin) },
            .init(.get, "/slips/*") { .slips(.batch($0[0])) },
            .init(.post, "/slips/*") { .slips(.save($0[0])) },
            .init(.get, "/slips/parked/*") { .slips(.parked($0[0])) },
            .init(.post, "/slips/parked/*") { .slips(.complete($0[0])) },
            .init(.post, "/slips/parked/*/drop") { .slips(.drop($0[0])) },
        ]
        + Step.allCases.map { step in
            .init(.post, "/slips/*/\(step.rawValue)") { .slips(.step($0[0], step)) }
        }
}
