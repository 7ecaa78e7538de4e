// What is kept apart and what has not come yet, as records.
// Neighbors: QuarantineTable beneath; QuarantineCommand prints.

internal import Shared
internal import Store
internal import Texts

extension LedgerStanding {
    /// Before all else: while the ledger is read-only, everything waits.
    var waiting: [WaitingRecord] {
        sentence.map {
            [WaitingRecord(what: "ledger", device: "", text: $0, count: 1, since: nil)]
        } ?? []
    }
}

extension ServerStore {
    func waitingRecords() throws -> [WaitingRecord] {
        let now = environment.now()
        return try standing.waiting + serverRecords()
            + read { try $0.takenBackRecords(in: epoch, at: now) + $0.waitingRecords() }
    }

    /// A running server whose keyring is not the one that is here now takes nothing in.
    private func serverRecords() -> [WaitingRecord] {
        guard let opened = ServingRecord(folder: folder)?.keyring, opened != keyring.identity,
            isServed
        else { return [] }
        return [
            WaitingRecord(
                what: "server", device: "",
                text:
                    "restart the server: \(Keyring.fileName) was exchanged under it, and it takes "
                    + "nothing in until then; nothing was lost",
                count: 1, since: nil)
        ]
    }

    private var isServed: Bool {
        do {
            _ = try FolderLock(folder: folder, name: ServingRecord.lockName, wait: false)
            return false
        } catch {
            return true
        }
    }
}

extension KeyringTrouble {
    static let whatToDo =
        "every device that syncs brings back what it has: let all of them sync. If there is a "
        + "backup of \(Keyring.fileName), stop the server and put that back"
}

extension Aside {
    /// What the office keeps apart; all members of all neighborhoods are in its own book.
    static func quarantine(_ table: QuarantineTable) -> Aside {
        Aside(stranger: Phrase("unknown_at_office")) { dot in
            guard let entry = try table.find(dot),
                let event = try table.bytes(dot).flatMap({ try? Event(decoding: $0) })
            else { return nil }
            return Found(event: event, choice: entry.choice)
        }
    }
}

extension Views {
    /// Data keys that nobody has brought back yet.
    private func keyRecords() throws -> [WaitingRecord] {
        try tables.keyringTrouble().map {
            [
                WaitingRecord(
                    what: "keys", device: "",
                    text: "\($0.sentence); \(KeyringTrouble.whatToDo)", count: $0.missing,
                    since: nil)
            ]
        } ?? []
    }

    func quarantineRecords() throws -> [QuarantineRecord] {
        let labels = try deviceLabels()
        return try QuarantineTable(tables.db).list().map { entry in
            try record(entry, label: labels[entry.dot.replica])
        }
    }

    func record(
        _ entry: QuarantineTable.Entry, label: String?
    ) throws -> QuarantineRecord {
        let event = try QuarantineTable(tables.db).bytes(entry.dot)
            .flatMap { try? Event(decoding: $0) }
        return QuarantineRecord(
            event: entry.dot.description, short: entry.dot.short, device: label ?? "",
            kind: event?.kindName,
            what: try event.map(brief) ?? "\(entry.byteCount) bytes that cannot be read",
            reason: entry.reason.name, sentence: entry.reason.sentence,
            decided: entry.choice?.name, leaf: entry.leaf.description,
            byteCount: entry.byteCount, receivedAt: entry.receivedAt.text)
    }

    /// By the short or the whole id of the event.
    func quarantined(_ typed: String) throws -> Dot {
        let found = try QuarantineTable(tables.db).list().map(\.dot)
            .filter { EntityID($0).matches(typed) }
        guard let one = found.first, found.count == 1 else {
            throw Refusal.noInput(
                "\(found.isEmpty ? "nothing" : "more than one event") in quarantine is called "
                    + "\(typed); `quarantine list` shows what there is")
        }
        return one
    }

    /// By kind, then device.
    func waitingRecords() throws -> [WaitingRecord] {
        let conflicts = try openConflictCount()
        return try troubleRecords() + quarantineSummary()
            + (conflicts == 0
                ? []
                : [
                    WaitingRecord(
                        what: "conflict", device: "",
                        text: "\(conflicts) to resolve: see `conflicts list`", count: conflicts,
                        since: nil)
                ])
    }

    /// What no decision of an admin settles by itself.
    func troubleRecords() throws -> [WaitingRecord] {
        let devices = try deviceRecords()
        return try keyRecords() + splitRecords(devices) + partedRecords(devices)
            + aheadRecords(devices) + unsentRecords(devices) + reusedIDRecords()
            + countedAgainRecords()
    }

    /// Devices whose folder was copied: what the copy recorded comes by no sync.
    private func splitRecords(_ devices: [DeviceRecord]) -> [WaitingRecord] {
        devices.compactMap { device in
            guard let since = device.splitWaitsSince, !device.revoked else { return nil }
            return WaitingRecord(
                what: "copy", device: device.label,
                text: SplitWaiting.text(label: device.label, since: since), count: 1,
                since: since)
        }
    }

    private func partedRecords(_ devices: [DeviceRecord]) -> [WaitingRecord] {
        devices.compactMap { device in
            guard let parted = device.parted, !device.revoked else { return nil }
            return WaitingRecord(
                what: "parted", device: device.label, text: parted.text, count: parted.times,
                since: parted.firstSeen)
        }
    }

    /// Devices that cannot sync, for this folder is older than what they have seen of it.
    private func aheadRecords(_ devices: [DeviceRecord]) -> [WaitingRecord] {
        devices.compactMap { device in
            guard let ahead = device.ahead else { return nil }
            return WaitingRecord(
                what: "ahead", device: device.label, text: ahead.text, count: 1,
                since: ahead.firstSeen)
        }
    }

    /// Devices that said they hold more than has come.
    private func unsentRecords(_ devices: [DeviceRecord]) -> [WaitingRecord] {
        devices.compactMap { device in
            guard let missing = device.notReceived, missing > 0 else { return nil }
            return WaitingRecord(
                what: "unsent", device: device.label,
                text:
                    "\(missing) on the device after its entry \(device.lastSequence): let it sync",
                count: Int(missing), since: device.lastSync)
        }
    }

    private func quarantineSummary() throws -> [WaitingRecord] {
        let open = try quarantineRecords().filter { $0.decided == nil }
        let grouped = Dictionary(grouping: open) { [$0.device, $0.sentence] }
        return grouped.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map { key, events in
            WaitingRecord(
                what: "quarantine", device: key[0],
                text: "\(events.count) kept apart: \(key[1]); see `quarantine list`",
                count: events.count, since: events.map(\.receivedAt).min())
        }
    }
}
