// What an admin decides, as the fields of `conflict.resolved`: pure.
// Source: docs/protocol.md section 8.4. Neighbors: Desk loads the dispute and writes the event.

internal import Shared
internal import Store
internal import Texts

/// An admin's decision, as typed.
struct DeskRuling: Equatable, Sendable {
    enum Choice: Equatable, Sendable {
        /// Sides by letter or by the start of their leaf hash.
        case take([String])
        case merge(field: String, value: String)
        case parts(Parts)
        case bothHappened
        case void
    }

    /// Of which side who gave, who received and how long hold, by letter. As people mean it: a
    /// donor gave.
    struct Parts: Equatable, Sendable {
        var gave = ""
        var received = ""
        var time = ""
    }

    let choice: Choice
    let reason: String
}

/// The plain and the sealed fields of a resolution.
struct ResolutionFields: Equatable, Sendable {
    var plain: Payload
    var sealed: Payload
}

extension Conflict {
    /// The sides that letters or leaf prefixes name.
    func sides(named names: [String]) throws -> [Side] {
        try names.map { name in
            let letters = zip(sides.indices.map(Views.letter), sides)
            if let lettered = letters.first(where: { $0.0.matches(name) }) { return lettered.1 }
            let found =
                name.count < 4
                ? [] : sides.filter { $0.leaf.description.hasPrefix(name.lowercased()) }
            guard let side = found.first, found.count == 1 else {
                throw Refusal.usage(
                    "\(name) names no side; name one by its letter, A to "
                        + "\(Views.letter(sides.count - 1)), or by the start of its leaf hash",
                    page: Phrase("no_such_side", ["name": .text(name)]))
            }
            return side
        }
    }

    /// `value` is the field's value from now on; nil leaves the field empty.
    func resolution(
        _ choice: Choice, kept: [Side], value: Value?, isSealed: Bool, reason: String
    ) -> ResolutionFields {
        var plain: Payload = [
            ResolutionField.conflict: .integer(about.rawValue),
            ResolutionField.sides: .sides(sides),
            ResolutionField.choice: .integer(choice.rawValue),
        ]
        var sealed: Payload = [ResolutionField.reason: .text(reason)]
        if let field { plain[ResolutionField.field] = .integer(Int64(field.value)) }
        if !kept.isEmpty { plain[ResolutionField.kept] = .sides(kept.sorted()) }
        if isSealed {
            sealed[ResolutionField.value] = value
        } else {
            plain[ResolutionField.value] = value
        }
        return ResolutionFields(plain: plain, sealed: sealed)
    }

    /// The descriptor of the disputed field.
    var fieldDescriptor: FieldDescriptor? {
        let creating: Kind = about == .amend ? .hoursRecorded : .memberEnrolled
        return field.flatMap(creating.descriptor.field)
    }
}
