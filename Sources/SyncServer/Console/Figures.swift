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
    static let positionsAtOnceMax: UInt64 = 20_000

    private struct State {
        var figures: Figures?
        var isMaking = false
    }

    private let state = Mutex(State())
    private let queue = DispatchQueue(label: "hourbook.figures")

    /// As of what `views` reads, or a little before: then newer ones are on their way.
    func figures(_ views: Views, today: CivilDate, store: ServerStore) throws -> Figures {
        let known = state.withLock { $0.figures }.flatMap { $0.to == today ? $0 : nil }
        if let known, known.position == views.position { return known }
        guard let known, views.position.value > Self.positionsAtOnceMax else {
            let made = try Figures(views, today: today)
            keep(made)
            return made
        }
        makeAnew(today: today, store: store)
        return known
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

    private func keep(_ made: Figures) {
        state.withLock { state in
            let isNewer = state.figures.map {
                $0.position < made.position || $0.to != made.to
            }
            if isNewer ?? true { state.figures = made }
        }
    }
}
