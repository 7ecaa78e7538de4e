// The pages of devices: the list, one device, and what taking it out of use means.
// Neighbors: ConsoleSite+Devices answers with them; devices, device and revoke.mustache show them.
// Invariant: what a device said of itself is shown as of its last sync, with how long ago that was.

internal import Faces
internal import Shared
internal import Store
internal import Texts

struct DevicesModel: Sendable {
    struct Line: Sendable {
        let replica: String
        let label: String
        let workers: String
        let places: String
        let role: String
        let lastSync: String
        let isQuiet: Bool
        /// What it said it has beyond what came; nil for nothing.
        let unsent: String?
        /// What somebody must look at.
        let marks: [String]
        let isRevoked: Bool
    }
    struct OpenLink: Sendable {
        let id: String
        let workers: String
        let until: Moment
    }

    let t: [String: String]
    let frame: PageFrame
    let typed: String
    let lines: [Line]
    let isEmpty: Bool
    let found: String
    let previous: String?
    let next: String?
    let links: [OpenLink]
    let hasLinks: Bool

    init(_ fields: FormFields, _ views: Views, _ visit: ConsoleVisit) throws {
        let (text, all) = (visit.text, try views.devices())
        typed = fields["q"]
        let words = try DeviceWords(views: views, visit: visit)
        let wanted = typed.folded
        let found = try all.map { ($0, try views.record($0, among: all)) }
            .filter { wanted.isEmpty || $1.isFound(by: wanted) }
            .sorted { $0.1.rank < $1.1.rank }
        let page = PageOfList(
            found.count, limit: ConsoleSite.DeviceLimits.linesMax, fields["page"])
        lines = try found[page.range].map { device, record in
            try Line(device, record, words)
        }
        isEmpty = lines.isEmpty
        self.found = text.count("devices_found", found.count)
        (previous, next) = page.addresses(
            "/devices", typed.isEmpty ? "" : "q=\(FormFields.encoded(typed))")
        let open = try PairingLinkTable(views.tables.db)
            .open(at: visit.now, limit: ConsoleSite.DeviceLimits.linksMax)
        links = try open.map { grant in
            OpenLink(
                id: hex(grant.id), workers: try words.names(grant.workers),
                until: visit.visit.moment(grant.expiresAt))
        }
        hasLinks = !links.isEmpty
        t = text.texts
        frame = try PageFrame(views, visit, title: text("devices"), place: .devices)
    }
}

extension DeviceRecord {
    fileprivate func isFound(by wanted: String) -> Bool {
        ([label, replica] + workers + neighborhoods).contains { $0.folded.contains(wanted) }
    }

    /// Those in use first, by what people call them.
    fileprivate var rank: (Int, String, String) { (revoked ? 1 : 0, label.folded, replica) }
}

extension DevicesModel.Line {
    fileprivate init(_ device: DeviceState, _ record: DeviceRecord, _ words: DeviceWords) throws {
        replica = record.replica
        label = record.label
        workers = record.workers.joined(separator: ", ")
        places = record.neighborhoods.joined(separator: " ")
        role = words.text("role_\(record.role)")
        let contact = try words.lastSync(device)
        (lastSync, isQuiet) = (contact.text, contact.isQuiet && !record.revoked)
        unsent = words.unsent(record)
        marks = words.marks(device, record)
        isRevoked = record.revoked
    }
}

/// A device in the words of the screens.
struct DeviceWords {
    let views: Views
    let visit: ConsoleVisit
    /// How often the newest reports say that a device set its own copy right.
    private let repaired: [ReplicaID: Int]
    var text: StringTable { visit.text }

    init(views: Views, visit: ConsoleVisit) throws {
        (self.views, self.visit) = (views, visit)
        repaired = try DeviceRepairTable(views.tables.db).list().reduce(into: [:]) {
            $0[$1.replica, default: 0] += 1
        }
    }

    func repairs(_ device: DeviceState) -> Int { repaired[device.replica] ?? 0 }

    func names(_ workers: [EntityID]) throws -> String {
        try workers.map { try views.workerName($0) ?? $0.short }.joined(separator: ", ")
    }

    func places(_ places: [EntityID]) throws -> String {
        try places.map { try views.name(of: .neighborhood($0)) }.joined(separator: ", ")
    }

    func lastSync(_ device: DeviceState) throws -> (text: String, isQuiet: Bool) {
        guard let at = try DeviceTable(views.tables.db).report(of: device.replica)?.syncedAt
        else { return (text("never_synced"), true) }
        return (
            text.ago(from: at, to: visit.now), DeviceFreshness.isSilent(at, at: visit.now)
        )
    }

    func unsent(_ record: DeviceRecord) -> String? {
        record.notReceived.flatMap {
            $0 == 0 ? nil : text.count("unsent_there", Int(clamping: $0))
        }
    }

    func clock(_ record: DeviceRecord) -> String? {
        guard let milliseconds = record.clockOffsetMilliseconds else { return nil }
        let offset = ClockOffset(milliseconds: milliseconds)
        guard offset.isOff else { return nil }
        return text(
            milliseconds < 0 ? "device_clock_behind" : "device_clock_ahead",
            ["size": size(offset)])
    }

    /// "3 days", "2:05 h".
    private func size(_ offset: ClockOffset) -> String {
        let minutes = offset.milliseconds.magnitude / 60_000
        let (hours, rest) = (minutes / 60, minutes % 60)
        return hours < 48
            ? "\(hours):\(rest < 10 ? "0" : "")\(rest) h"
            : text.count("days", Int(clamping: hours / 24))
    }

    func marks(_ device: DeviceState, _ record: DeviceRecord) -> [String] {
        [
            record.revoked ? text("mark_revoked") : nil,
            record.splitWaitsSince == nil || record.revoked ? nil : text("mark_copy_waits"),
            record.parted == nil || record.revoked ? nil : text("mark_parted"),
            record.ahead == nil ? nil : text("mark_ahead"),
            repairs(device) > 0 ? text("mark_damaged") : nil, clock(record),
        ].compactMap(\.self)
    }
}

// MARK: One

struct DeviceModel: Sendable {
    struct Place: Sendable {
        let id: String
        let name: String
        let isHeld: Bool
    }
    /// Something about it that has to be known, with what to do.
    struct Trouble: Sendable {
        let text: String
        let since: Moment
    }
    struct Scope: Sendable {
        let places: [Place]
        let was: [String]
        let reason: String
    }

    let t: [String: String]
    let frame: PageFrame
    let replica: String
    let label: String
    let workers: String
    let places: String
    let role: String
    let lastSync: String
    let isQuiet: Bool
    let unsent: String
    let received: String
    let cursor: String?
    let clock: String
    let program: String
    let numbers: String?
    let copyOf: String?
    let paired: String
    let checkNumber: String
    let repairs: String?
    let isRevoked: Bool
    let splitWaits: Trouble?
    let parted: Trouble?
    let ahead: Trouble?
    let canSettle: Bool
    /// Nil when nothing of it can be changed any more.
    let scope: Scope?
    let once: String
    let fault: String?

    init(
        _ device: DeviceState, _ views: Views, _ visit: ConsoleVisit, once: String,
        checkNumber: String, typed: FormFields?, fault: String?
    ) throws {
        let text = visit.text
        let words = try DeviceWords(views: views, visit: visit)
        let record = try views.record(device, among: views.devices())
        t = text.texts
        frame = try PageFrame(views, visit, title: device.label, place: .devices)
        replica = record.replica
        label = device.label
        workers = try words.names(device.workers)
        places = try words.places(device.neighborhoods)
        role = text("role_\(record.role)")
        (lastSync, isQuiet) = try words.lastSync(device)
        unsent = words.unsent(record) ?? text("nothing_unsent_there")
        received = "\(record.lastSequence)"
        cursor = record.cursor.map { text("copy_ends_at", ["position": "\($0)"]) }
        clock =
            words.clock(record)
            ?? text(record.clockOffsetMilliseconds == nil ? "clock_unknown" : "clock_right")
        program = record.program ?? text("program_unknown")
        numbers = try Self.numbers(device, views)
        copyOf = record.copyOf
        let pairing = try DeviceTable(views.tables.db).pairing(of: device.replica)
        paired = "\(pairing?.pairedAt ?? .start)"
        self.checkNumber = checkNumber
        let repairs = words.repairs(device)
        self.repairs = repairs == 0 ? nil : text.count("repairs_seen", repairs)
        isRevoked = record.revoked
        let db = views.tables.db
        func trouble(_ words: String, _ since: Instant?) -> Trouble? {
            since.map { Trouble(text: words, since: visit.visit.moment($0)) }
        }
        if record.revoked {
            (splitWaits, parted) = (nil, nil)
        } else {
            splitWaits = trouble(
                text("split_waits"), try SplitTable(db).waitingSince(device.replica))
            parted = trouble(
                text("parted_what"), try PartedCopyTable(db).find(device.replica)?.firstSeen)
        }
        let aheadSince = try AheadDeviceTable(db).find(device.replica)?.firstSeen
        ahead = record.ahead.flatMap {
            trouble(
                text("ahead_what", ["position": "\($0.position)", "end": "\($0.ledgerEnd)"]),
                aheadSince)
        }
        canSettle = parted != nil || ahead != nil
        scope = record.revoked ? nil : try Scope(device, views, typed)
        self.once = once
        self.fault = fault
    }

    /// "HAR 1001–1500": what it may give out.
    private static func numbers(_ device: DeviceState, _ views: Views) throws -> String? {
        let blocks = try device.numberBlocks.map { block in
            "\(try views.code(of: .neighborhood(block.neighborhood))) "
                + "\(block.first)–\(block.last)"
        }
        return blocks.isEmpty ? nil : blocks.joined(separator: ", ")
    }
}

extension DeviceModel.Scope {
    /// Those that its workers serve, and those that it holds.
    fileprivate init(_ device: DeviceState, _ views: Views, _ typed: FormFields?) throws {
        let served = try views.workers().filter { device.workers.contains($0.id) }
            .flatMap(\.neighborhoods)
        let may = Set(served).union(device.neighborhoods)
        let ticked =
            typed.map { Set($0.all("place").compactMap { EntityID($0) }) }
            ?? Set(device.neighborhoods)
        places = try views.neighborhoods().filter { may.contains($0.id) }.map {
            DeviceModel.Place(
                id: "\($0.id)", name: "\($0.code) \($0.name)", isHeld: ticked.contains($0.id))
        }
        was = device.neighborhoods.sorted().map(\.description)
        reason = typed?["reason"] ?? ""
    }
}

// MARK: Out of use

struct RevokeModel: Sendable {
    let t: [String: String]
    let frame: PageFrame
    let title: String
    let replica: String
    let label: String
    /// What it has and has not sent; nil when nothing is known.
    let unsent: String?
    /// Folders that were copied from its go along.
    let copies: [String]
    let hasCopies: Bool
    let once: String
    let reason: String
    let fault: String?

    init(
        _ device: DeviceState, _ views: Views, _ visit: ConsoleVisit, once: String,
        reason: String, fault: String?
    ) throws {
        let text = visit.text
        let all = try views.devices()
        t = text.texts
        title = text("revoke_title", ["device": device.label])
        frame = try PageFrame(views, visit, title: title, place: .devices)
        replica = "\(device.replica)"
        label = device.label
        unsent = try DeviceWords(views: views, visit: visit)
            .unsent(views.record(device, among: all))
        copies = try Self.copies(of: device.replica, views).map { replica in
            all.first { $0.replica == replica }?.label ?? replica.short
        }
        hasCopies = !copies.isEmpty
        self.once = once
        self.reason = reason
        self.fault = fault
    }

    private static func copies(of replica: ReplicaID, _ views: Views) throws -> [ReplicaID] {
        try SplitTable(views.tables.db).splits(of: replica)
            .flatMap { [$0] + (try copies(of: $0, views)) }
    }
}
