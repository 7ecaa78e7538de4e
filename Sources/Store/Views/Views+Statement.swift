// A statement: an account's dated postings between two days, with the balance before and after.
// Neighbors: the projector keeps postings; Screen/StatementText prints it for both programs.
// Invariant: opening + given − received = closing, and the closing balance of a period is the
// opening one of the next.

internal import Foundation
internal import GRDB
public import Shared

/// Days of a statement, both among them; nil: from the first there is, to the last.
public struct Period: Equatable, Sendable {
    public let first: CivilDate?
    public let last: CivilDate?

    public static let all = Period(uncheckedFirst: nil, last: nil)

    /// As typed, or a sentence.
    public init(from first: String?, to last: String?) throws(TypingFault) {
        let days = (first: try Self.day(first, "from"), last: try Self.day(last, "to"))
        if let first = days.first, let last = days.last, first > last {
            throw TypingFault("a period from \(first) to \(last) ends before it begins")
        }
        self.init(uncheckedFirst: days.first, last: days.last)
    }

    private init(uncheckedFirst first: CivilDate?, last: CivilDate?) {
        self.first = first
        self.last = last
    }

    private static func day(_ typed: String?, _ name: String) throws(TypingFault) -> CivilDate? {
        guard let typed else { return nil }
        return try CivilDate(typed: typed, as: name)
    }

    fileprivate func isBefore(_ date: CivilDate) -> Bool { last.map { $0 < date } ?? false }
    fileprivate func isAfter(_ date: CivilDate) -> Bool { first.map { date < $0 } ?? false }
}

/// A posting of the account, with the day it is of.
private struct DatedPosting {
    let key: LocalKey
    let date: CivilDate
    let form: HoursForm
    let minutes: Int64
    let isContested: Bool
    let isDisputed: Bool
    let isUnsent: Bool
    let position: UInt64?
}

extension Views {
    public func statement(
        of account: EntityID, in period: Period = .all, newest linesMax: Int = .max
    ) throws -> StatementRecord {
        let postings = try postings(of: account).filter { !period.isBefore($0.date) }
        let inside = postings.filter { !period.isAfter($0.date) }
        let lines = try inside.suffix(linesMax).map(line)
        let counting = inside.filter { !$0.isContested }.map(\.minutes)
        let given = counting.filter { $0 > 0 }.reduce(0, +)
        let received = -counting.filter { $0 < 0 }.reduce(0, +)
        let opening = postings.filter { period.isAfter($0.date) && !$0.isContested }
            .map(\.minutes).reduce(0, +)
        let owner = try owner(of: account)
        return StatementRecord(
            account: account.description, code: owner.code, number: owner.number,
            name: owner.name, from: period.first?.description, to: period.last?.description,
            opening: opening, given: given, received: received,
            closing: opening + given - received, balance: opening + given - received,
            contested: inside.filter(\.isContested).map { abs($0.minutes) }.reduce(0, +),
            position: position.value, unsent: inside.count(where: \.isUnsent), lines: lines)
    }

    /// By service date, then position; unsent last, by own sequence.
    private func postings(of account: EntityID) throws -> [DatedPosting] {
        guard let key = try tables.existingKey(account.dot) else { return [] }
        let rows = try Row.fetchCursor(
            db.cachedStatement(
                sql: """
                    SELECT p.entity, h.service_date, h.form, p.minutes, p.contested, e.position,
                        EXISTS (SELECT 1 FROM conflict c WHERE c.entity = p.entity),
                        EXISTS (SELECT 1 FROM event u WHERE u.subject = p.entity
                            AND u.position >= \(StoreSchema.unsentBase))
                    FROM posting p JOIN hours h ON h.entity = p.entity
                    JOIN event e ON e.dot = p.entity
                    WHERE p.account = ?1
                        OR p.account IN (SELECT entity FROM member WHERE canonical = ?1)
                    ORDER BY e.position >= \(StoreSchema.unsentBase), h.service_date, e.position
                    """), arguments: [key.value])
        var postings: [DatedPosting] = []
        while let row = try rows.next() {
            guard let date = CivilDate(code: row[1]) else { throw StoreDamage.missing("a day") }
            let position: Int64 = row[5]
            let isOnlyHere = position >= StoreSchema.unsentBase
            postings.append(
                DatedPosting(
                    key: LocalKey(stored: row[0]), date: date,
                    form: HoursForm(rawValue: row[2]) ?? .exchange, minutes: row[3],
                    isContested: row[4], isDisputed: row[6], isUnsent: isOnlyHere || row[7],
                    position: isOnlyHere ? nil : UInt64(position)))
        }
        return postings
    }

    private func line(_ posting: DatedPosting) throws -> StatementLine {
        StatementLine(
            entry: try tables.dot(posting.key).description,
            serviceDate: posting.date.description, form: posting.form.name,
            with: try otherSide(of: posting), minutes: posting.minutes,
            contested: posting.isContested, disputed: posting.isDisputed,
            unsent: posting.isUnsent, position: posting.position)
    }

    /// Whoever has the minutes that this account has not: all on the other side of the entry.
    private func otherSide(of posting: DatedPosting) throws -> [PartyRecord] {
        let rows = try Row.fetchAll(
            db.cachedStatement(
                sql: """
                    SELECT account, minutes FROM posting
                    WHERE entity = ? AND (minutes > 0) <> (? > 0) ORDER BY account
                    """), arguments: [posting.key.value, posting.minutes])
        return try rows.map { row in
            let minutes: Int64 = row[1]
            return try record(
                Party(
                    account: tables.entity(LocalKey(stored: row[0])),
                    minutes: Minutes(abs(minutes))))
        }
    }
}
