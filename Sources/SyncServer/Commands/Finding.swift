// What people type for a neighborhood or worker → its id, or a sentence with the candidates.
// Neighbors: commands that name one; Store/Views read them.

internal import Shared
internal import Store
internal import Texts

extension Views {
    /// By code, name or id.
    func neighborhood(_ typed: String) throws -> EntityID {
        let all = try neighborhoods()
        let found = all.filter {
            $0.code.matches(typed) || $0.name.matches(typed) || $0.id.matches(typed)
        }
        if let one = found.first, found.count == 1 { return one.id }
        let known = all.map { "\($0.code) (\($0.name))" }.joined(separator: ", ")
        throw Refusal.noInput(
            "\(found.isEmpty ? "no" : "more than one") neighborhood is called \(typed); "
                + "there are: \(known.isEmpty ? "none yet" : known)",
            page: Phrase("no_such_neighborhood", ["typed": .text(typed), "list": .text(known)]))
    }

    /// By name or id.
    func worker(_ typed: String) throws -> EntityID {
        let all = try workers().map { (id: $0.id, name: try workerName($0.id) ?? "") }
        let found = all.filter { $0.name.matches(typed) || $0.id.matches(typed) }
        if let one = found.first, found.count == 1 { return one.id }
        let candidates = (found.isEmpty ? all : found)
            .map { "\($0.name) (\($0.id.short))" }.joined(separator: ", ")
        throw Refusal.noInput(
            "\(found.isEmpty ? "no" : "more than one") worker is called \(typed); "
                + "there are: \(candidates.isEmpty ? "none yet" : candidates)",
            page: Phrase("no_worker", ["worker": .text(typed)]))
    }
}

extension Role {
    static func named(_ typed: String) throws -> Role {
        guard let role = Role(named: typed.lowercased()) else {
            let names = Role.allCases.map(\.name).joined(separator: ", ")
            throw Refusal.usage("\(typed) is not a role; roles are: \(names)")
        }
        return role
    }
}
