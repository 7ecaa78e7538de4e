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

    /// `parts` are those of the path after "slips".
    init?(_ method: HTTPRequest.Method, _ parts: [String]) {
        let isParked = parts.count > 1 && parts[0] == "parked"
        switch (method, parts.count) {
        case (.get, 0): self = .list
        case (.post, 0): self = .begin
        case (.get, 1): self = .batch(parts[0])
        case (.post, 1): self = .save(parts[0])
        case (.get, 2) where isParked: self = .parked(parts[1])
        case (.post, 2) where isParked: self = .complete(parts[1])
        case (.post, 3) where isParked && parts[2] == "drop": self = .drop(parts[1])
        case (.post, 2):
            guard let step = Step(rawValue: parts[1]) else { return nil }
            self = .step(parts[0], step)
        default: return nil
        }
    }
}
