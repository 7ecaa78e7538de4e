// What people are told of neighborhoods that come to this device or leave it, and of what left.
// Neighbors: ScopeTable has the facts; status, doctor and whatever looks for an entry ask here.

internal import Shared
internal import Store

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
    func standing(of scope: ScopeID) throws -> String? {
        guard let place = scope.neighborhood else { return nil }
        let code = try views.code(of: scope)
        switch holdings[place] {
        case .filling?:
            return "\(code) is still on its way to this device: run `hourbook sync`, then record"
        case .leaving?, .gone?:
            return "this device no longer holds \(code); record it on one that does"
        case .held?, nil: return nil
        }
    }

    /// What became of an entry or member that was here, by the id that was typed; nil for one that
    /// never was.
    func whatLeft(_ typed: String) throws -> String? {
        guard let id = TypedID(typed) else { return nil }
        for dot in try tables.dots(id) {
            let own = try tables.putAwayEvent(dot)
            let entity = own?.new.event.entity ?? EntityID(dot)
            guard let left = try tables.left(entity) ?? own.map({ ($0.new.event.home, nil) })
            else { continue }
            let since = left.at.map { " since \($0.text)" } ?? ""
            let kept = own == nil ? "" : "; what was recorded about it here is kept"
            return
                "\(typed) is in the book of \(try views.name(of: left.home)), which this device "
                + "does not hold\(since): a device of \(try views.code(of: left.home)) shows it"
                + kept
        }
        return nil
    }
}
