// What was chosen on the page of a conflict → a ruling, or what is missing; and the decision
// itself, made only if nothing has happened that the page did not show.
// Neighbors: ConsoleSite+Conflicts asks; Desk writes. The command line says the same in options.

internal import Faces
internal import Shared
internal import Store
internal import Texts

struct DeskForm {
    struct Missing: Error {
        let sentence: String
        /// Where it is to be typed; nil where something is to be chosen.
        var field: ConflictTrouble.Field?
    }

    let choice: String
    let merge: String
    let kept: [String]
    let parts: DeskRuling.Parts
    let reason: String
    let text: StringTable

    init(_ fields: FormFields, _ text: StringTable) {
        (choice, merge) = (fields["choice"], fields["merge"])
        (kept, reason) = (fields.all("keep"), fields["reason"])
        parts = DeskRuling.Parts(fields)
        self.text = text
    }

    /// `field` is what a typed value is for.
    func ruling(_ field: String) throws -> DeskRuling {
        let made = try made(field)
        guard !reason.isEmpty else {
            throw Missing(sentence: text("reason_missing"), field: .reason)
        }
        return DeskRuling(choice: made, reason: reason)
    }

    private func made(_ field: String) throws -> DeskRuling.Choice {
        switch choice {
        case "merge":
            if merge.isEmpty {
                throw Missing(sentence: text("merge_missing"), field: .merge)
            }
            return .merge(field: field, value: merge)
        case "several":
            if kept.isEmpty { throw Missing(sentence: text("several_missing")) }
            return .take(kept)
        case "parts": return .parts(parts)
        case "both": return .bothHappened
        case "void": return .void
        case _ where choice.hasPrefix("take-"):
            return .take([String(choice.dropFirst("take-".count))])
        default: throw Missing(sentence: text("choice_missing"))
        }
    }
}

extension DeskRuling.Parts {
    init(_ fields: FormFields) {
        self.init(
            gave: fields["part_gave"], received: fields["part_received"], time: fields["part_time"])
    }
}

/// What became of a decision on the page.
enum DeskOutcome: Sendable {
    /// By that event.
    case decided(Dot)
    /// Not made: this happened since the page was shown, in words.
    case changed([String])
    /// Not made: it is open no more, because of this.
    case closed([String])
}

extension AppendSession {
    /// `seen` is what the page was true at; nil for none that there was.
    func decide(
        _ id: ConflictID, as person: SignedIn, seen: UInt64?, _ ruling: DeskRuling,
        in voice: Voice
    ) throws -> DeskOutcome {
        guard let seen = seen.map(LedgerPosition.init), .start < seen, seen <= position else {
            return .changed([])
        }
        let open = try views.conflict(id)
        let shown = try PastConflicts(views: views, seen: seen).find(id)
        guard let known = open ?? shown else {
            throw Refusal.noInput(Phrase("no_such_conflict"))
        }
        let news = try views.speaking(voice).happenings(
            after: seen, about: known.entities.union(shown?.entities ?? []))
        guard let open else { return .closed(news) }
        guard news.isEmpty, open == shown else { return .changed(news) }
        try resolve(id, as: person.worker, seen: seen, ruling)
        return .decided(Dot(serverReplica, try serverHead().sequence))
    }
}

extension Views {
    /// What was said about some entities since a position, in words.
    fileprivate func happenings(
        after seen: LedgerPosition, about entities: Set<EntityID>
    ) throws -> [String] {
        let source = HistorySource(keptApart: [])
        let events = try entities.sorted().flatMap { entity -> [HistoryEventRecord] in
            guard try !tables.events(of: entity).isEmpty else { return [] }
            return try history(of: entity, source).events
        }
        let new = events.filter { ($0.position ?? 0) > seen.value }
        let unique = Dictionary(new.map { ($0.event, $0) }, uniquingKeysWith: { one, _ in one })
        return unique.values.sorted { ($0.position ?? 0) < ($1.position ?? 0) }.map {
            let said: [String: Phrase.Value] = [
                "who": .text($0.worker ?? $0.device ?? ""), "what": .text($0.what),
            ]
            guard let reason = $0.reason else { return voice("happened", said) }
            return voice("happened_why", said.merging(["why": .text(reason)]) { $1 })
        }
    }
}
