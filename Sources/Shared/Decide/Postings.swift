// What an entry moves between accounts. The postings of an entry sum to zero.
// Neighbors: DecideGroup says whether an entry counts; stores keep what counts.

/// Signed minutes on one account: given is positive, received negative.
public struct Posting: Hashable, Sendable {
    public let account: EntityID
    public let minutes: Minutes
    public init(account: EntityID, minutes: Minutes) {
        self.account = account
        self.minutes = minutes
    }
}

extension Shares {
    /// Ascending by account. With the `pot` rule the home's pot takes or gives the difference.
    public func postings(home: ScopeID) -> [Posting] {
        var minutes: [EntityID: Minutes] = [:]
        for party in providers { minutes[party.account, default: .zero] += party.minutes }
        for party in recipients { minutes[party.account, default: .zero] += -party.minutes }
        if rule == .pot, let pot = home.neighborhood, given != received {
            minutes[pot, default: .zero] += received - given
        }
        return minutes.sorted { $0.key < $1.key }
            .map { Posting(account: $0.key, minutes: $0.value) }
    }
}
