// `hourbook explain ID`: every event about an entity with what its author had seen, as the compact
// context and as the full vector clock it stands for, and what became of it.
// Neighbors: Shared/Clocks has both forms; Store gives the events.

internal import ArgumentParser
internal import Shared
internal import Store

struct ExplainRecord: Codable {
    struct Context: Codable {
        let position: UInt64
        let rootTag: String
        let ownSequence: UInt64
        let extras: [String]
        /// The ledger does not know the tag: the position counts as 0.
        let unknown: Bool
    }

    let event: String
    let leaf: String
    let kind: String
    let entity: String
    let recordedAt: String
    let worker: String?
    /// The field that it changed and the value from then on, in words.
    let changed: String?
    let reason: String?
    let position: UInt64?
    /// `admitted`, `on this device`, `sent` (not yet come back) or why it is kept apart.
    let disposition: String
    let context: Context
    /// Last sequence seen of each replica, by replica id; of what this device holds.
    let vector: [String: UInt64]
}

struct ExplainCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Show what the authors of an entry's events had seen, and what became of them.")

    @Argument(help: "Id of an entry or event, member (HAR-37 or a name), worker or device.")
    var id: String
    @OptionGroup var data: DataOptions
    @OptionGroup var json: JSONOption

    func perform() throws {
        let records = try data.device().read { book in
            try Explanation(book: book).records(id)
        }
        if json.isOn { return try records.forEach(Screen.printJSON) }
        for record in records { show(record) }
    }

    private func show(_ record: ExplainRecord) {
        print("\(record.event)  \(record.kind)  \(record.disposition)")
        print("  recorded \(record.recordedAt)\(record.worker.map { " by \($0)" } ?? "")".onOneLine)
        if let changed = record.changed { print("  \(changed.onOneLine)") }
        if let reason = record.reason { print("  because: \(reason.onOneLine)") }
        let context = record.context
        print(
            "  had seen the ledger to \(context.position) [\(context.rootTag)]"
                + "\(context.unknown ? " (unknown to the ledger)" : ""), own entries to "
                + "\(context.ownSequence)"
                + (context.extras.isEmpty ? "" : ", and \(context.extras.joined(separator: ", "))"))
        for (replica, sequence) in record.vector.sorted(by: { $0.key < $1.key }) {
            print("    \(replica.prefix(8)): \(sequence)")
        }
        print("  leaf \(record.leaf)")
    }
}

struct Explanation {
    let book: LocalBook

    /// All events about what is meant; or the one event whose id was typed.
    func records(_ typed: String) throws -> [ExplainRecord] {
        let apart = try book.keptApart
        let entity = try book.anything(typed, besides: apart)
        let event = (try? Finder(book: book).dot(typed)).flatMap { $0 == entity.dot ? nil : $0 }
        func isMeant(_ one: Event) -> Bool {
            one.entity == entity && (event == nil || one.dot == event)
        }
        let admitted = try book.tables.events(of: entity).filter {
            event == nil || $0.event.dot == event
        }
        return try admitted.map { try record($0.event, leaf: $0.leaf, recorded: $0, apart: nil) }
            + apart.filter { isMeant($0.event) }.map {
                let since = $0.decided.map { "; since then: \($0)" } ?? ""
                return try record(
                    $0.event, leaf: $0.leaf, recorded: nil, apart: $0.reason.sentence + since)
            }
    }

    private func record(
        _ event: Event, leaf: Hash, recorded: RecordedEvent?, apart: String?
    ) throws -> ExplainRecord {
        let observation = recorded?.observation
        let unknown = observation?.contextUnknown ?? false
        let clock = try vectorClock(of: event, contextUnknown: unknown)
        return ExplainRecord(
            event: event.dot.description, leaf: leaf.description,
            kind: event.kindName,
            entity: event.entity.description, recordedAt: event.recordedAt.text,
            worker: try event.worker.flatMap { try book.views.workerName($0) },
            changed: try book.views.change(event), reason: book.views.reason(of: event),
            position: observation?.position?.value,
            disposition: disposition(event, position: observation?.position, apart: apart),
            context: ExplainRecord.Context(
                position: event.context.position.value,
                rootTag: hex(event.context.rootTag.bytes),
                ownSequence: event.context.ownSequence.value,
                extras: event.context.extras.map(\.short), unknown: unknown),
            vector: Dictionary(
                uniqueKeysWithValues: clock.contiguous.map { ($0.key.description, $0.value.value) })
        )
    }

    private func disposition(
        _ event: Event, position: LedgerPosition?, apart: String?
    ) -> String {
        if let apart { return "kept apart: \(apart)" }
        if let position { return "admitted at \(position)" }
        return event.dot.sequence <= book.sync.acknowledged.sequence ? "sent" : "on this device"
    }

    /// The set of dots that the compact context stands for. The ledger takes a replica's events in
    /// order, so the last one seen of a replica stands for all before it.
    private func vectorClock(of event: Event, contextUnknown: Bool) throws -> VectorClock {
        let prefix = contextUnknown ? LedgerPosition.start : event.context.position
        var last = try book.tables.lastSequences(upTo: prefix)
            .filter { $0.replica != event.dot.replica }
        // Nobody has seen an own event before writing it, whatever a context claims.
        let own = min(event.context.ownSequence.value, event.dot.sequence.value - 1)
        last.append(Dot(event.dot.replica, Sequence64(own)))
        var clock = VectorClock(upTo: last)
        for extra in event.context.extras { clock.insert(extra) }
        return clock
    }
}
