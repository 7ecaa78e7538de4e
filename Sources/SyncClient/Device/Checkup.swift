// How this device is, area by area: what `doctor` says, and what goes into a support file.
// Neighbors: StatusRecord has what people see every day; the database and folder are asked here.
// Invariant: an area's `facts` hold no name, text, minutes or id of a person.

internal import Foundation
internal import GRDB
internal import Shared
internal import Store

struct Checkup: Encodable {
    struct Area: Encodable {
        let name: String
        let isWell: Bool
        /// For the person in front of it.
        let finding: String
        /// What to do now; nil when there is nothing to do.
        let action: NextAction?
        /// For whoever helps: numbers and codes.
        let facts: [String: String]
    }

    let areas: [Area]

    /// The one thing to do next: the first trouble's, for areas come in the order of their weight.
    var nextAction: NextAction? { Self.next(of: areas) }

    init(_ device: Device, folder: URL) throws {
        let now = device.environment.now()
        areas = try device.read { book in
            try [Self.storage(book, folder)] + Self.everyday(book, now)
        }
    }

    /// The same without reading the whole database, for a page that is often looked at.
    static func nextAction(_ book: LocalBook, now: Instant) throws -> NextAction? {
        next(of: try everyday(book, now))
    }

    private static func next(of areas: [Area]) -> NextAction? {
        areas.lazy.compactMap(\.action).first
    }

    private static func everyday(_ book: LocalBook, _ now: Instant) throws -> [Area] {
        [
            try copy(book), try standing(book), try neighborhoods(book), try epochs(book),
            try touch(book, now), try unsent(book, now), try waiting(book), try keys(book),
            try clock(book, now),
        ]
    }

    // MARK: Areas

    /// Below this much, saving is about to fail.
    private static let freeBytesMin: Int64 = 20_000_000

    private static func storage(_ book: LocalBook, _ folder: URL) throws -> Area {
        let problems = try String.fetchAll(book.tables.db, sql: "PRAGMA quick_check(5)")
            .filter { $0 != "ok" }
        let values = try? FileManager.default.attributesOfFileSystem(forPath: folder.path)
        let free = (values?[.systemFreeSize] as? NSNumber)?.int64Value
        let isShort = free.map { $0 < freeBytesMin } ?? false
        let isSound = problems.isEmpty
        let pages = try Int64.fetchOne(book.tables.db, sql: "PRAGMA page_count") ?? 0
        return Area(
            name: "storage", isWell: isSound && !isShort,
            finding: !isSound
                ? "the database is damaged"
                : isShort ? "the disk is nearly full" : "the database is sound, and there is room",
            action: !isSound ? .copyFolder : isShort ? .freeSpace : nil,
            facts: [
                "sqlite": try String.fetchOne(book.tables.db, sql: "SELECT sqlite_version()")
                    ?? "?",
                "pages": "\(pages)", "quickCheck": isSound ? "ok" : "\(problems.count) problems",
                "freeBytes": free.map(String.init) ?? "unknown",
            ])
    }

    private static func copy(_ book: LocalBook) throws -> Area {
        let mismatches = try book.tables.mismatches().count
        let repairs = try book.tables.repairs()
        return Area(
            name: "copy of the ledger", isWell: mismatches == 0,
            finding: mismatches > 0
                ? "what is held here is not what the office holds"
                : repairs.first.map {
                    "the same as the office's; last repaired \($0.at.text): \($0.cause.sentence)"
                } ?? "the same as the office's",
            action: mismatches > 0 ? .repair : nil,
            facts: [
                "position": "\(book.sync.cursor)", "mismatches": "\(mismatches)",
                "repairs": repairs.prefix(10).map { "\($0.at.text) \($0.cause.name) \($0.entries)" }
                    .joined(separator: "; "),
            ])
    }

    private static func standing(_ book: LocalBook) throws -> Area {
        let revoked = try book.tables.knownRevocation()
        let parted = book.sync.divergedAfter
        let finding =
            revoked.map { "the office revoked this device at \($0.revokedAt.text)" }
            ?? parted.map {
                "this folder is a copy, or was set back: the office has other entries after "
                    + "entry \($0)"
            } ?? "paired and in use"
        return Area(
            name: "standing", isWell: revoked == nil && parted == nil, finding: finding,
            action: revoked != nil ? .bringToOffice : parted == nil ? nil : .takeName,
            facts: [
                "replica": book.paired.replica.description, "mode": book.paired.server.mode.name,
                "divergedAfter": parted.map { "\($0)" } ?? "no",
                "role": book.device?.role.name ?? "not known yet",
            ])
    }

    private static func neighborhoods(_ book: LocalBook) throws -> Area {
        let coming = try book.comingWords()
        let leaving = try book.leavingCodes()
        let held = try book.neighborhoods.map(\.code)
        let isSettled = coming.isEmpty && leaving.isEmpty
        return Area(
            name: "neighborhoods", isWell: isSettled,
            finding: [
                held.isEmpty ? "none held yet" : "holds \(held.joined(separator: ", "))",
                coming.isEmpty ? nil : "on their way: \(coming.joined(separator: ", "))",
                leaving.isEmpty ? nil : "leaving: \(leaving.joined(separator: ", "))",
            ].compactMap(\.self).joined(separator: "; "),
            action: isSettled ? nil : .fetchNeighborhoods,
            facts: [
                "held": "\(held.count)", "coming": "\(coming.count)",
                "leaving": "\(leaving.count)", "putAway": "\(try book.tables.putAwayCount())",
            ])
    }

    private static func touch(_ book: LocalBook, _ now: Instant) throws -> Area {
        let advice = book.sync.advice
        guard let last = book.sync.lastContact else {
            return Area(
                name: "in touch", isWell: false,
                finding: "it has never been in touch with the office",
                action: .syncFirst, facts: [:])
        }
        let since = ClockOffset(shown: last, right: now)
        let ago =
            since.isOff && since.milliseconds > 0
            ? "\(since.size) from now: the clock was set back" : "\(since.size) ago"
        return Area(
            name: "in touch", isWell: advice.isEmpty,
            finding: "last at \(last.text) (\(ago)), as of position \(book.sync.cursor)"
                + (advice.isEmpty ? "" : "; the office says: \(advice.onOneLine)"),
            action: advice.isEmpty ? nil : .doAsOfficeSays,
            facts: [
                "lastContact": last.text, "hasAdvice": "\(!advice.isEmpty)",
                "serverTime": book.sync.serverTime?.text ?? "unknown",
            ])
    }

    private static func unsent(_ book: LocalBook, _ now: Instant) throws -> Area {
        let unsent = try UnsentSummary(book)
        return Area(
            name: "unsent", isWell: unsent.count == 0,
            finding: unsent.count == 0 ? "all you recorded is at the office" : unsent.text,
            action: unsent.count == 0 ? nil : .send,
            facts: [
                "count": "\(unsent.count)", "unconfirmed": "\(unsent.unconfirmed)",
                "ownSequence": "\(try book.head.sequence)",
                "acknowledged": "\(book.sync.acknowledged.sequence)",
                "oldest": unsent.oldest?.text ?? "none",
            ])
    }

    private static func waiting(_ book: LocalBook) throws -> Area {
        let refused = try WaitingRecord.refused(book).filter { $0.decided == nil }
        let reasons = Dictionary(grouping: try book.tables.refusedEvents(), by: \.reason.name)
        return Area(
            name: "kept apart", isWell: refused.isEmpty,
            finding: refused.isEmpty
                ? "nothing waits at the office"
                : "\(refused.count) of your entries wait for the office to look at them",
            action: refused.isEmpty ? nil : .tellOffice,
            facts: reasons.mapValues { "\($0.count)" })
    }

    private static func keys(_ book: LocalBook) throws -> Area {
        let trouble = try book.tables.keyringTrouble()
        return Area(
            name: "keys", isWell: trouble == nil,
            finding: trouble.map { "\($0.sentence)" } ?? "every text here can be read",
            action: trouble == nil ? nil : .fetchKeys,
            facts: ["missing": "\(trouble?.missing ?? 0)"])
    }

    private static func clock(_ book: LocalBook, _ now: Instant) throws -> Area {
        let offset = try book.tables.clockOffset()
        let isOff = offset?.isOff ?? false
        let doubt = isOff ? nil : book.clockDoubt(now: now)
        return Area(
            name: "clock", isWell: !isOff && doubt == nil,
            finding: doubt
                ?? offset.map { $0.isOff ? $0.wordsBesideOffice : "right" }
                ?? "not compared with the office's yet",
            action: isOff || doubt != nil ? .setClock : nil,
            facts: ["offsetMilliseconds": offset.map { "\($0.milliseconds)" } ?? "unknown"])
    }
}
