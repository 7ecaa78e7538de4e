// What people are told of neighborhoods that come to this device or leave it, and of what left.
// Neighbors: ScopeTable has the facts; status, doctor and whatever looks for an entry ask here.

internal import Shared
internal import Store
internal import Texts

extension LocalBook {
    /// "MIL: 1204 entries so far".
    func comingWords() throws -> [String] {
        try filling.map { fill in
            "\(try views.code(of: .neighborhood(fill.scope))): "
                + "\(try tables.stagedCount(of: fill.scope)) entries so far"
        }
    }

    /// Codes.
    func leavingCodes() throws -> [String] {
        try leaving.map { try views.code(of: .neighborhood($0)) }
    }

    /// Why nothing can be recorded in a neighborhood; nil when it neither comes nor leaves.
    func refusal(in scope: ScopeID) throws -> UserError? {
        guard let place = scope.neighborhood else { return nil }
        let code = try views.code(of: scope)
        switch holdings[place] {
        case .filling?:
            return UserError(
                .noPermission,
                "\(code) is still on its way to this device: run `hourbook sync`, then record",
                page: Phrase("place_coming", ["place": .text(code)]))
        case .leaving?, .gone?:
            return UserError(.noPermission, Phrase("place_gone", ["place": .text(code)]))
        case .held?, nil: return nil
        }
    }

    /// What became of an entry or member that was here, by the id that was typed; nil for one that
    /// never was.
    func whatLeft(_ typed: String) throws -> UserError? {
        guard let id = TypedID(typed) else { return nil }
        for dot in try tables.dots(id) {
            let own = try tables.putAwayEvent(dot)
            let entity = own?.new.event.entity ?? EntityID(dot)
            guard let left = try tables.left(entity) ?? own.map({ ($0.new.event.home, nil) })
            else { continue }
            let since = left.at.map { " since \($0.text)" } ?? ""
            let kept = own == nil ? "" : "; what was recorded about it here is kept"
            let (place, code) = (try views.name(of: left.home), try views.code(of: left.home))
            return UserError(
                .noPermission,
                "\(typed) is in the book of \(place), which this device does not hold\(since): a "
                    + "device of \(code) shows it\(kept)",
                page: Phrase(
                    "entry_left",
                    ["typed": .text(typed), "place": .text(place), "code": .text(code)]))
        }
        return nil
    }
}
