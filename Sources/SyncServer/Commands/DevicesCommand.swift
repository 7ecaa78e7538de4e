// `devices list|revoke|scope|settle|allow-split|repairs`: who syncs here and holds what, who must
// not any more, whose folder was copied, and whose disk fails.
// Neighbors: Ledger/ServerViews reads, Quarantine/ writes.

internal import ArgumentParser
internal import Shared
internal import Store

struct DevicesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "devices",
        abstract: "List paired devices, say what one holds, revoke one, or see whose disk fails.",
        subcommands: [
            List.self, Revoke.self, Scope.self, Settle.self, AllowSplit.self, Repairs.self,
        ],
        defaultSubcommand: List.self)

    struct List: ServerCommand {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "List paired devices and when they last synced.")

        @OptionGroup var folder: FolderOptions
        @OptionGroup var json: JSONOption

        func perform() async throws {
            let records = try store().read { try $0.deviceRecords() }
            if json.isOn { return try records.forEach(Output.json) }
            var table = TextTable(
                ("DEVICE", .left), ("REPLICA", .left), ("ROLE", .left), ("WORKERS", .left),
                ("HOLDS", .left), ("LAST SYNC", .left), ("RECEIVED", .right),
                ("STILL THERE", .right), ("", .left))
            for device in records {
                table.add(
                    device.label, String(device.replica.prefix(8)), device.role,
                    device.workers.joined(separator: ", "),
                    device.neighborhoods.joined(separator: " "), device.lastSync ?? "never",
                    String(device.lastSequence),
                    (device.notReceived.map(String.init) ?? "?")
                        .attention(if: device.notReceived ?? 0 > 0),
                    device.marks.attention())
            }
            Output.show(table)
            for device in records {
                if let since = device.splitWaitsSince {
                    Output.warn(SplitWaiting.text(label: device.label, since: since))
                }
                if let parted = device.parted { Output.warn("\(device.label): \(parted.text)") }
                if let ahead = device.ahead { Output.warn("\(device.label) \(ahead.text)") }
            }
        }
    }

    struct Revoke: ServerCommand {
        static let configuration = CommandConfiguration(
            commandName: "revoke",
            abstract: "Take a device out of use: what it still sends is kept apart.")

        @OptionGroup var folder: FolderOptions
        @OptionGroup var json: JSONOption
        @Argument(help: "The device: its name or the start of its replica id.")
        var device: String
        @Option(name: .customLong("as"), help: "The admin, by name or id.") var worker: String
        @Option(help: "Why, in a sentence; it is sealed.") var reason: String

        func perform() async throws {
            let record = try writableStore().append { session in
                let device = try session.views.device(device)
                let position = try session.revoke(
                    device, as: try session.views.worker(worker), reason: reason)
                return RevokedRecord(
                    replica: device.replica.description, label: device.label,
                    position: position.value)
            }
            if json.isOn { return try Output.json(record) }
            Output.line("Revoked \(record.label) at position \(record.position).")
            Output.line("What it recorded and has not sent can still come, to the quarantine.")
        }
    }
}

extension DevicesCommand {
    struct Settle: ServerCommand {
        static let configuration = CommandConfiguration(
            commandName: "settle",
            abstract: "Say that what a device showed has been dealt with: a copy, or more entries.",
            discussion: "Changes nothing else; it is listed again if it comes again.")

        @OptionGroup var folder: FolderOptions
        @Argument(help: "The device: its name or the start of its replica id.")
        var device: String

        func perform() async throws {
            let label = try writableStore().append { session in
                let device = try session.views.device(device)
                try session.settle(device)
                return device.label
            }
            Output.line("Settled: what \(label) showed is listed again only if it comes again.")
        }
    }
}

extension DevicesCommand {
    struct AllowSplit: ServerCommand {
        static let configuration = CommandConfiguration(
            commandName: "allow-split",
            abstract: "Let one more copy of a device's folder go on under a name of its own.",
            discussion: """
                A copy goes on by itself once. A second one waits for somebody to find out why \
                there are so many: a tablet that is cloned on purpose, or one that was stolen.
                """)

        @OptionGroup var folder: FolderOptions
        @Argument(help: "The device: its name or the start of its replica id.")
        var device: String
        @Option(name: .customLong("as"), help: "The admin, by name or id.") var worker: String

        func perform() async throws {
            let label = try writableStore().append { session in
                let device = try session.views.device(device)
                try session.allowSplit(
                    of: device, as: try session.views.worker(worker))
                return device.label
            }
            Output.line("One more copy of \(label) may go on: it does so at its next sync.")
        }
    }
}

extension DevicesCommand {
    struct Repairs: ServerCommand {
        static let configuration = CommandConfiguration(
            commandName: "repairs",
            abstract: "List what devices found damaged in their own copies, newest first.",
            discussion: """
                They have set it right by themselves, from here. A device that comes again and \
                again has a disk or memory that fails: replace it.
                """)

        @OptionGroup var folder: FolderOptions
        @OptionGroup var json: JSONOption

        func perform() async throws {
            let records = try store().read { try $0.deviceRepairs() }
            if json.isOn { return try records.forEach(Output.json) }
            guard !records.isEmpty else { return Output.line("No device has repaired its copy.") }
            var table = TextTable(
                ("WHEN", .left), ("DEVICE", .left), ("SCOPE", .left), ("ENTRIES", .right),
                ("ON THE DEVICE", .left))
            for record in records {
                table.add(
                    record.at, record.device, record.scope, String(record.entries), record.text)
            }
            Output.show(table)
        }
    }
}

extension DeviceRecord {
    private var clock: ClockOffset? {
        clockOffsetMilliseconds.map(ClockOffset.init(milliseconds:))
    }

    fileprivate var marks: String {
        [
            revoked ? "REVOKED" : nil, parted == nil ? nil : "COPIED",
            ahead == nil ? nil : "SAW MORE", splitWaitsSince == nil ? nil : "A COPY WAITS",
            clock.flatMap { $0.isOff ? "CLOCK \($0.words)" : nil },
        ].compactMap(\.self).joined(separator: ", ")
    }
}

struct RevokedRecord: Encodable {
    let replica: String
    let label: String
    let position: UInt64
}

struct DeviceRecord: Encodable {
    let replica: String
    let label: String
    let role: String
    let workers: [String]
    let neighborhoods: [String]
    let lastSync: String?
    /// Events of it that the server possesses.
    let lastSequence: UInt64
    /// Events that it said it holds beyond those; nil before its first sync.
    let notReceived: UInt64?
    /// Its copy of the ledger ends here, by its last request.
    let cursor: UInt64?
    let revoked: Bool
    /// What its clock showed at its last sync minus the server's; nil before one.
    let clockOffsetMilliseconds: Int64?
    /// As its last request named it, such as "hourbook/0.1.0"; nil when it named none.
    let program: String?
    /// Nil unless a second folder of it has shown itself.
    let parted: PartedRecord?
    /// The device whose folder it is a copy of; nil for one that was paired.
    let copyOf: String?
    /// Since when a copy of its folder waits to be let through; nil while none does.
    let splitWaitsSince: String?
    /// Nil unless it has seen more of the ledger than there is.
    let ahead: AheadRecord?
}
