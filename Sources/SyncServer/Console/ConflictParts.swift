// Sides that name different people: who gave, who received and how long are one field, and each is
// taken from whichever side has it right. Neighbors: ConflictPage shows this, Conflicts/Desk makes
// the value of the decision.

internal import Faces
internal import Shared
internal import Store
internal import Texts

extension ConflictWords {
    /// Nil unless sides of who and how long differ in more than the time.
    func parts(
        _ conflict: Conflict, _ reader: SealedReader, _ letters: [String],
        _ typed: ConflictModel.Typed
    ) throws -> ConflictModel.Parts? {
        guard conflict.about == .amend, conflict.field == HoursField.shares,
            case .hours(let entry)? = try views.state(of: conflict.entity)
        else { return nil }
        let shares = try conflict.sides.compactMap { side -> Shares? in
            let event = try views.tables.event(side.dot)?.event
            guard
                case .shares(let shares)? = event.flatMap({
                    reader.value(of: HoursField.shares, changedBy: $0)
                })
            else { return nil }
            return shares
        }
        // By the rule of the pot each side has a sum of its own.
        guard shares.count == conflict.sides.count, shares.allSatisfy({ $0.rule == .split }),
            Set(
                shares.map {
                    [Set($0.providers.map(\.account)), Set($0.recipients.map(\.account))]
                }
            )
            .count > 1
        else { return nil }
        func part(
            _ name: String, _ chosen: String, _ words: (Shares) throws -> String
        ) throws -> ConflictModel.Parts.Part {
            ConflictModel.Parts.Part(
                name: "part_\(name)", label: text(name),
                choices: try zip(letters, shares).map { letter, one in
                    ConflictModel.Parts.Choice(
                        letter: letter, words: try words(one), isChosen: letter == chosen)
                })
        }
        func names(_ parties: [Party]) throws -> String {
            try parties.map { try views.label(of: $0.account) }.joined(separator: ", ")
        }
        func meant(_ one: Shares) -> (gave: [Party], received: [Party]) {
            entry.form.asMeant(providers: one.providers, recipients: one.recipients)
        }
        return ConflictModel.Parts(
            isChosen: typed.choice == "parts",
            parts: [
                try part("gave", typed.parts.gave) { try names(meant($0).gave) },
                try part("received", typed.parts.received) { try names(meant($0).received) },
                try part("time", typed.parts.time) { "\($0.given)" },
            ])
    }
}
