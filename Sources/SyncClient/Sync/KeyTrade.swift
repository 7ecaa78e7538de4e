// Which data keys a session still asks for, and which it still brings: pure.
// Source: docs/protocol.md section 5.2. Neighbors: SyncMachine asks whether there are any,
// SyncSession sends and takes them.
// Invariant: every round settles at least one key or goes past those that nobody gave; so a session
// ends, and a key that nobody has is asked for again only by the next one.

internal import Shared
internal import Store

struct KeyTrade {
    /// More than a ledger of many years has keys for.
    static let roundsMax = 1_000
    /// Of wrapped keys in one request: far below its bound.
    static let offerBytesMax = 300_000

    /// What one request says of keys.
    struct Round {
        var asked: [WantedKey] = []
        var offered: [DataKey] = []
        /// What the server wanted is answered up to here.
        var answered: DataKeyID?
    }

    /// What this device lacks up to here was asked for and not given.
    private var passed: DataKeyID?
    private(set) var answered: DataKeyID?
    /// As of the last answer that reached the ledger's end.
    private var serverWants: [DataKeyID] = []
    private var rounds = 0
    /// What the office has from this session's pushes: events later on need not bring it again.
    private(set) var delivered: Set<DataKeyID> = []

    /// Keys that came with events, when the office has taken all of these in.
    mutating func take(delivered keys: Set<DataKeyID>, with outcomes: [Outcome]) {
        let isWhole = outcomes.allSatisfy {
            switch $0.disposition {
            case .admitted, .duplicate: true
            case .held, .quarantined, .retryLater, .diverged: false
            }
        }
        if isWhole { delivered.formUnion(keys) }
    }

    /// Whether one more request can move a key.
    func goesOn(_ book: LocalBook, keyring: Keyring) throws -> Bool {
        guard rounds < Self.roundsMax else { return false }
        if try !lacking(book, limit: 1).isEmpty { return true }
        // A full list may go on with keys that are here.
        if serverWants.count == WantedKey.countMax { return true }
        return try keyring.lacking(Set(serverWants)).count < serverWants.count
    }

    func nextRound(_ book: LocalBook, keyring: Keyring) throws -> Round {
        var round = Round(
            asked: try lacking(book, limit: WantedKey.countMax), answered: serverWants.last)
        var bytes = 0
        for key in try keyring.keys(Set(serverWants)) {
            bytes += key.wireBytesMax
            if bytes > Self.offerBytesMax, let last = round.offered.last {
                round.answered = last.id
                break
            }
            round.offered.append(key)
        }
        if round.answered == nil { round.answered = answered }
        return round
    }

    private func lacking(_ book: LocalBook, limit: Int) throws -> [WantedKey] {
        guard try book.tables.lacksKeys() else { return [] }
        return try book.tables.missingKeys(after: passed, limit: limit)
    }

    /// `given` are those of the asked keys that came and open what names them; `round` is nil for a
    /// request that was about entries.
    mutating func take(_ response: SyncResponse, _ round: Round?, given: [DataKeyID]) {
        if let round {
            rounds += 1
            answered = round.answered
        }
        // An answer that is full of entries may have had no room.
        guard !response.more else { return }
        serverWants = response.wantedKeys
        if let last = round?.asked.last, given.isEmpty { passed = last.key }
    }
}
