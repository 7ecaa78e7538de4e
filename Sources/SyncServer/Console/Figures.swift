// The figures of the last twelve months for the first page, and when they are made anew.
// Neighbors: Store/Views+Figures sums, ConsoleDesk keeps one, ConsoleSite+Home shows.
// Invariant: figures say which position they are of. A small ledger's are always of now; a large
// one's may be a moment behind, so that nobody waits for sums over years.

internal import Dispatch
internal import Shared
internal import Store
internal import Synchronization

struct Figures: Sendable {
    static let monthsShown = 12

    let position: LedgerPosition
    /// Today.
    let to: CivilDate
    let hours: [ServiceHours]
    let people: [TakingPart]
    /// year · 100 + month, the first first; also those without an hour.
    let months: [Int]

    init(_ views: Views, today: CivilDate) throws {
        position = views.position
        months = Self.months(until: today)
        let from = CivilDate("\(Self.text(months[0]))-01") ?? today
        to = today
        hours = try views.serviceHours(from: from, to: to)
        people = try views.takingPart(from: from, to: to)
    }

    /// Nothing has come since, and it is the same day.
    func isOf(_ position: LedgerPosition, _ day: CivilDate) -> Bool {
        self.position >= position && to == day
    }

    static func months(until today: CivilDate) -> [Int] {
        let last = Int(today.code / 10_000) * 12 + Int(today.code / 100 % 100) - 1
        return (last - monthsShown + 1...last).map { $0 / 12 * 100 + $0 % 12 + 1 }
    }

    /// "2026-03".
    static func text(_ month: Int) -> String {
        "\(month / 100)-\(month % 100 < 10 ? "0" : "")\(month % 100)"
    }
}

final class FiguresKeeper: Sendable {
    /// A ledger of up to so many entries is summed at once, in some 20 milliseconds.
    private let positionsAtOnceMax: UInt64

    private struct State {
        var figures: Figures?
        var isMaking = false
    }

    private let state = Mutex(State())
    /// Where they are made, one after the other: who waits for them keeps no reader from others.
    private let queue = DispatchQueue(label: "hourbook.figures")

    init(positionsAtOnceMax: UInt64 = 20_000) { self.positionsAtOnceMax = positionsAtOnceMax }

    /// As of now, or a little before: then newer ones are on their way.
    func figures(today: CivilDate, store: ServerStore) async throws -> Figures {
        let position = try await store.readAsync { $0.position }
        if let known = good(for: position, today: today) {
            if !known.isOf(position, today) { makeAnew(today: today, store: store) }
            return known
        }
        return try await withCheckedThrowingContinuation { continuation in
            queue.async { [self] in
                continuation.resume(
                    with: Result { try made(at: position, today: today, store: store) })
            }
        }
    }

    /// So that nobody is the first to wait.
    func makeAnew(today: CivilDate, store: ServerStore) {
        let isFree = state.withLock { state in
            defer { state.isMaking = true }
            return !state.isMaking
        }
        guard isFree else { return }
        queue.async { [self] in
            // What cannot be read now is read when somebody asks.
            if let made = try? store.read({ try Figures($0, today: today) }) { keep(made) }
            state.withLock { $0.isMaking = false }
        }
    }

    /// Those of now; of a large ledger any.
    private func good(for position: LedgerPosition, today: CivilDate) -> Figures? {
        state.withLock { $0.figures }.flatMap { known in
            known.isOf(position, today) || position.value > positionsAtOnceMax ? known : nil
        }
    }

    /// Those that somebody else waited for as well, or new ones.
    private func made(
        at position: LedgerPosition, today: CivilDate, store: ServerStore
    ) throws -> Figures {
        if let known = good(for: position, today: today) { return known }
        let made = try store.read { try Figures($0, today: today) }
        keep(made)
        return made
    }

    private func keep(_ made: Figures) {
        state.withLock { state in
            let isNewer = state.figures.map {
                $0.position < made.position || $0.to != made.to
            }
            if isNewer ?? true { state.figures = made }
        }
    }
}
