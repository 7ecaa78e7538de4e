// What needs a person today: how many of each, and since when. Neighbors: the first page shows it;
// the command line's `waiting` says the same of everything, with what to do.

internal import Shared
internal import Store

/// One kind of work that waits.
struct WaitingWork: Equatable, Sendable {
    enum Kind: String, CaseIterable, Sendable {
        case readOnly = "read_only"
        case conflicts, quarantined, held, copies, parted, ahead, repairs, keys, silent
    }

    let kind: Kind
    let count: Int
    /// Of the oldest, where it is known.
    let since: Instant?
}

/// How long ago devices were last heard of.
struct DeviceFreshness: Equatable, Sendable {
    /// Milliseconds, ascending; beyond the last a device is silent.
    static let dayLimits: [Int64] = [1, 7, 14]
    static let day: Int64 = 86_400_000

    /// One for each limit, then the silent ones.
    var counts = Array(repeating: 0, count: dayLimits.count + 1)

    static func isSilent(_ last: Instant, at now: Instant) -> Bool {
        now.milliseconds - last.milliseconds > dayLimits[dayLimits.count - 1] * day
    }

    mutating func count(_ last: Instant?, at now: Instant) {
        let age = last.map { now.milliseconds - $0.milliseconds }
        let place = Self.dayLimits.firstIndex { limit in age.map { $0 <= limit * Self.day } ?? false
        }
        counts[place ?? Self.dayLimits.count] += 1
    }
}

/// Both, of what concerns somebody.
struct OfficeToday: Sendable {
    let waiting: [WaitingWork]
    let devices: DeviceFreshness

    init(
        _ views: Views, conflicts: [ConflictQueue.Line], for person: SignedIn, isReadOnly: Bool,
        at now: Instant
    ) throws {
        let devices = try views.devices().filter { device in
            device.revokedAfter == nil
                && person.serves(device.neighborhoods.map { .neighborhood($0) })
        }
        var works = Works()
        if isReadOnly { works.add(.readOnly, 1, since: nil) }
        for line in conflicts { works.add(.conflicts, 1, since: line.since) }
        var freshness = DeviceFreshness()
        // Also of devices out of use: what they bring is what is kept apart.
        let kept = try KeptApartList.figures(views, for: person)
        if kept.count > 0 { works.add(.quarantined, kept.count, since: kept.since) }
        for device in devices {
            let last = try works.add(device, views, at: now)
            freshness.count(last, at: now)
        }
        if person.role == .admin, let trouble = try views.tables.keyringTrouble() {
            works.add(.keys, trouble.missing, since: nil)
        }
        let recent = now.earlier(Self.repairDays * DeviceFreshness.day)
        let replicas = Set(devices.map(\.replica))
        for repair in try DeviceRepairTable(views.tables.db).list()
        where repair.at > recent && replicas.contains(repair.replica) {
            works.add(.repairs, 1, since: repair.at)
        }
        waiting = works.sorted
        self.devices = freshness
    }

    /// A disk that failed a month ago and has not since is no longer news.
    static let repairDays: Int64 = 30
}

private struct Works {
    private var counts: [WaitingWork.Kind: (count: Int, since: Instant?)] = [:]

    mutating func add(_ kind: WaitingWork.Kind, _ count: Int, since: Instant?) {
        let before = counts[kind]
        let oldest = [before?.since, since].compactMap(\.self).min()
        counts[kind] = ((before?.count ?? 0) + count, oldest)
    }

    /// What one device waits with; when it was heard of last.
    mutating func add(
        _ device: DeviceState, _ views: Views, at now: Instant
    ) throws -> Instant? {
        let (db, replica) = (views.tables.db, device.replica)
        let report = try DeviceTable(db).report(of: replica)
        let last = try views.tables.head(of: replica)?.sequence.value ?? 0
        if let report, report.ownSequence.value > last {
            add(.held, Int(report.ownSequence.value - last), since: report.syncedAt)
        }
        if let since = try SplitTable(db).waitingSince(replica) { add(.copies, 1, since: since) }
        if let parted = try PartedCopyTable(db).find(replica) {
            add(.parted, 1, since: parted.firstSeen)
        }
        if let ahead = try AheadDeviceTable(db).find(replica) {
            add(.ahead, 1, since: ahead.firstSeen)
        }
        let heard = try report?.syncedAt ?? views.tables.receivedAt(device.id.dot)
        if heard.map({ DeviceFreshness.isSilent($0, at: now) }) ?? true {
            add(.silent, 1, since: heard)
        }
        return heard
    }

    /// In the order of the kinds.
    var sorted: [WaitingWork] {
        WaitingWork.Kind.allCases.compactMap { kind in
            counts[kind].map { WaitingWork(kind: kind, count: $0.count, since: $0.since) }
        }
    }
}
