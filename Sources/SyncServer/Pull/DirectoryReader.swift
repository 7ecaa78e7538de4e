// Directory lines for one device: of members whose home it does not hold, those about whom the
// ledger has news in a range. Stateless, and as of the snapshot that reads them.
// Source: docs/protocol.md section 7.6. Neighbors: PageReader puts them beside a page's entries.
// Invariants: a line stands at the first of the range's events about its member, so that a page cut
// there has it or not; a range that is too much ends earlier, and nothing is skipped.

internal import Shared
internal import Store

/// A line, and where in the ledger a device must have come to for it.
struct PlacedLine: Sendable {
    let position: LedgerPosition
    let line: DirectoryLine

    /// At most, in an answer.
    var byteCount: Int { DirectoryLimits.lineBytes + (line.name?.utf8.count ?? 0) }
}

enum DirectoryLimits {
    /// Of all lines of an answer: leaves room for an entry and its keys however long they are.
    static let bytesMax = 350_000
    /// Of a line beside its name: two dots, a number, two flags.
    static let lineBytes = 70
    /// Events looked at for one answer, whether or not they are about members elsewhere.
    static let eventsMax = 10_000
    /// Lines that one event gives: its member's, and that of whom it stands for from now on.
    static let linesAnEvent = 2
}

struct DirectoryReader {
    let views: Views
    let held: Set<ScopeID>
    var eventsMax = DirectoryLimits.eventsMax

    /// Lines for the events after `cursor` up to `end`, which is earlier than `last` when they are
    /// as many as an answer carries.
    func lines(
        after cursor: LedgerPosition, through last: LedgerPosition
    ) throws -> (lines: [PlacedLine], end: LedgerPosition) {
        guard cursor < last, try !holdsAll() else { return ([], last) }
        let events = try views.tables.memberEvents(
            after: cursor, through: last, limit: eventsMax)
        var collected = Lines()
        for event in events {
            guard let home = event.home, !held.contains(home) else { continue }
            guard collected.hasRoom else {
                return (collected.lines, LedgerPosition(event.position.value - 1))
            }
            try collect(event, after: cursor, into: &collected)
        }
        let looked = events.count < eventsMax ? nil : events.last?.position
        return (collected.lines, looked ?? last)
    }

    private func holdsAll() throws -> Bool {
        try views.entities(.neighborhood).allSatisfy { held.contains(.neighborhood($0)) }
    }

    private func collect(
        _ event: MemberEvent, after cursor: LedgerPosition, into collected: inout Lines
    ) throws {
        guard !collected.has(event.entity),
            case .member(let member)? = try views.state(of: event.entity)
        else { return }
        try collected.add(line(member), at: event.position)
        // A first import may have been told of that no longer stands for all.
        guard let importKey = member.importKey, collected.isNew(importKey),
            let first = try views.tables.firstImport(of: importKey, upTo: cursor),
            !collected.has(first), case .member(let former)? = try views.state(of: first)
        else { return }
        try collected.add(line(former), at: event.position)
    }

    /// No name: the ledger has no way to consent to one yet.
    private func line(_ member: MemberState) throws -> DirectoryLine? {
        guard let number = member.number else { return nil }
        return DirectoryLine(
            member: member.id, home: member.home, number: number, isActive: member.isActive,
            isAlias: try views.tables.isAlias(member.id))
    }
}

/// The lines of one answer, each member once.
private struct Lines {
    private(set) var lines: [PlacedLine] = []
    private var members: Set<EntityID> = []
    private var importKeys: Set<ImportKey> = []
    private var byteCount = 0

    var hasRoom: Bool {
        lines.count + DirectoryLimits.linesAnEvent <= DirectoryLine.countMax
            && byteCount < DirectoryLimits.bytesMax
    }

    func has(_ member: EntityID) -> Bool { members.contains(member) }

    /// True the first time: one look at all members of a key is enough for an answer.
    mutating func isNew(_ key: ImportKey) -> Bool { importKeys.insert(key).inserted }

    mutating func add(_ line: DirectoryLine?, at position: LedgerPosition) {
        guard let line, members.insert(line.member).inserted else { return }
        let placed = PlacedLine(position: position, line: line)
        lines.append(placed)
        byteCount += placed.byteCount
    }
}
