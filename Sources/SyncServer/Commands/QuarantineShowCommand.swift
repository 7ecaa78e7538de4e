// `quarantine show ID`: one event that is kept apart, with all that an admin needs to decide.
// Neighbors: Quarantine/QuarantineReasons has the sentences, Store/Views describe the event.

internal import ArgumentParser
internal import Shared
internal import Store

struct QuarantineShow: ServerCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show what an event says, why it is kept apart, and what deciding does.")

    @OptionGroup var folder: FolderOptions
    @OptionGroup var json: JSONOption
    @Argument(help: "The event, as `quarantine list` shows it.") var event: String

    func perform() async throws {
        let shown = try store().read { try $0.quarantineShown($0.quarantined(event)) }
        if json.isOn { return try Output.json(shown) }
        Output.show(shown)
    }
}

struct QuarantineShown: Encodable {
    /// How it is kept.
    let kept: QuarantineRecord
    /// What it says; nil when its bytes cannot be read as an event.
    let says: EventDescription?
    /// The first of its bytes when they cannot be read, in hex.
    let bytes: String?
    /// Full sentences.
    let why: String
    let admitting: String
    let isAdmissible: Bool
    /// What it needs and is kept apart too, as people type it.
    let decideFirst: [String]
    let rejecting: String
    /// Once it has been decided: by whom there is in `history`.
    let decisionReason: String?
}

extension Views {
    /// As many unreadable bytes as fit a screen.
    static var quarantineBytesShownMax: Int { 512 }

    func quarantineShown(_ dot: Dot) throws -> QuarantineShown {
        guard let entry = try QuarantineTable(tables.db).find(dot) else {
            throw Refusal.noInput("\(dot.short) is not in quarantine")
        }
        let reasons = try QuarantineReasons(self, entry)
        let admitting = try reasons.admitting()
        return QuarantineShown(
            kept: try record(entry, label: reasons.deviceLabel),
            says: try reasons.event.map(described),
            bytes: reasons.event == nil
                ? hex(reasons.bytes.prefix(Self.quarantineBytesShownMax)) : nil,
            why: try reasons.why, admitting: admitting.sentence,
            isAdmissible: admitting.isPossible,
            decideFirst: admitting.decideFirst.map(\.short),
            rejecting: QuarantineReasons.rejecting,
            decisionReason: try entry.choice.flatMap { _ in
                try quarantineDecisions()[entry.leaf]?.reason
            })
    }
}

extension Output {
    fileprivate static func show(_ shown: QuarantineShown) {
        let kept = shown.kept
        heading("\(kept.short): \(kept.what)")
        if let says = shown.says { show(says, of: kept) }
        if let bytes = shown.bytes { show(bytes, of: kept) }
        line("")
        warn("Why: \(shown.why)")
        if let decided = kept.decided {
            line("Decided: \(decided)\(shown.decisionReason.map { ", because: \($0)" } ?? "")")
            return
        }
        line(shown.admitting)
        line(shown.rejecting)
        line("")
        for first in shown.decideFirst { line("  quarantine show \(first)") }
        for decision in shown.isAdmissible ? ["admit", "reject"] : ["reject"] {
            line("  quarantine \(decision) \(kept.short) --as ADMIN --reason \"…\"")
        }
    }

    private static func show(_ says: EventDescription, of kept: QuarantineRecord) {
        line("recorded \(says.recordedAt), by the clock of \(kept.deviceName)")
        line("came to the office \(kept.receivedAt)")
        line("")
        var table = TextTable(("FIELD", .left), ("VALUE", .left))
        table.add("kind", says.kind)
        if let about = says.about { table.add("about", about) }
        for field in says.fields { table.add(field.name, field.value) }
        table.add("recorded by", says.worker ?? "(name not readable here)")
        if let other = says.onBehalfOf { table.add("on behalf of", other) }
        table.add("on", kept.deviceName)
        table.add("book of", says.home)
        show(table)
    }

    private static func show(_ bytes: String, of kept: QuarantineRecord) {
        line("from \(kept.deviceName), came to the office \(kept.receivedAt)")
        line("")
        let digits = Array(bytes)
        for start in stride(from: 0, to: digits.count, by: digitsALine) {
            line("  " + String(digits[start..<min(start + digitsALine, digits.count)]))
        }
        let left = kept.byteCount - digits.count / 2
        if left > 0 { line("  and \(left) bytes more") }
    }

    /// 32 bytes.
    private static let digitsALine = 64
}

extension QuarantineRecord {
    fileprivate var deviceName: String {
        device.isEmpty ? "a device that is not known here" : device
    }
}
