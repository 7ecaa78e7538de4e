// What a person typed for a field → its value, or a sentence that says what to do. Pure.
// Neighbors: KindDescriptor gives the type and its limits; command lines and, later, forms call
// `parse`; Limits checks the result again, as it does of every event.

public import Texts

/// Why typing is not a value: a sentence for whoever typed.
public struct TypingFault: Error, Equatable, CustomStringConvertible {
    /// As the terminal says it.
    public let description: String
    /// For a page; nil for what only a terminal can be told.
    public let phrase: Phrase?

    public init(_ description: String) { (self.description, phrase) = (description, nil) }
    public init(_ phrase: Phrase) { (description, self.phrase) = (Voice.terminal(phrase), phrase) }
}

extension FieldDescriptor {
    /// `entity` finds the entity that a text names, and throws a fault of its own.
    public func parse(
        _ texts: [String], entity: (String) throws(TypingFault) -> EntityID
    ) throws(TypingFault) -> Value {
        let value = try unchecked(texts, entity: entity)
        // Admission takes blanks, which nobody types on purpose: a name of blanks cannot be found.
        if texts.contains(where: { $0.allSatisfy(\.isWhitespace) }) {
            throw TypingFault(
                Phrase("typing_empty", ["field": .field(name), "example": .text(example)]))
        }
        do throws(ShapeFault) {
            try check(value)
        } catch {
            throw TypingFault(
                Phrase(
                    "typing_rule",
                    [
                        "field": .field(name), "rule": .phrase(error.broken),
                        "example": .text(example),
                    ]))
        }
        return value
    }

    private func unchecked(
        _ texts: [String], entity: (String) throws(TypingFault) -> EntityID
    ) throws(TypingFault) -> Value {
        switch type {
        case .texts: return .texts(texts)
        case .entities:
            var entities: [EntityID] = []
            for text in texts { entities.append(try entity(text)) }
            return .entities(Set(entities).sorted())
        case .text, .tag: return .text(try single(texts))
        case .code(let codes): return .integer(try code(try single(texts), codes))
        case .integer(let range): return .integer(try integer(try single(texts), range))
        case .date: return .date(try date(try single(texts)))
        case .flag: return .flag(try flag(try single(texts)))
        case .entity: return .entity(try entity(try single(texts)))
        case .shares, .data, .sides, .blocks, .anyValue, .fieldNumber:
            throw TypingFault(Phrase("typing_none", ["field": .field(name)]))
        }
    }

    private func single(_ texts: [String]) throws(TypingFault) -> String {
        guard texts.count == 1, let text = texts.first else {
            throw TypingFault(Phrase("typing_once", ["field": .field(name)]))
        }
        return text
    }

    private func code(
        _ text: String, _ codes: [FieldType.Code]
    ) throws(TypingFault) -> Int64 {
        guard let code = codes.first(where: { $0.name == text }) else {
            throw TypingFault(
                Phrase(
                    "typing_list",
                    [
                        "field": .field(name), "typed": .text(text),
                        "list": .list(codes.map { .code($0.name, of: name) }),
                    ]))
        }
        return code.value
    }

    private func integer(
        _ text: String, _ range: ClosedRange<Int64>
    ) throws(TypingFault) -> Int64 {
        guard let number = Int64(text), range.contains(number) else {
            throw TypingFault(
                Phrase(
                    "typing_number",
                    [
                        "field": .field(name), "typed": .text(text),
                        "from": "\(range.lowerBound)", "to": "\(range.upperBound)",
                    ]))
        }
        return number
    }

    private func date(_ text: String) throws(TypingFault) -> CivilDate {
        try CivilDate(typed: text, as: name)
    }

    private func flag(_ text: String) throws(TypingFault) -> Bool {
        switch text.lowercased() {
        case "yes", "true": true
        case "no", "false": false
        default:
            throw TypingFault(
                Phrase("typing_flag", ["field": .field(name), "typed": .text(text)]))
        }
    }
}

extension CivilDate {
    /// "2026-03-24"; a fault names it by `name`.
    public init(typed text: String, as name: String) throws(TypingFault) {
        guard let date = CivilDate(text) else {
            throw TypingFault(
                Phrase(
                    "typing_date",
                    [
                        "field": .field(name), "typed": .text(text),
                        "from": "\(Self.years.lowerBound)", "to": "\(Self.years.upperBound)",
                    ]))
        }
        self = date
    }
}

extension Minutes {
    /// "90", "1:30", "2h", "1.5h", "1,5 h", "5 h 30 min" or "5h30"; whole minutes only.
    public init(typed text: String) throws(TypingFault) {
        guard let value = Self.minutes(text) else {
            throw TypingFault(Phrase("typing_minutes", ["typed": .text(text)]))
        }
        self.init(value)
    }

    private static func minutes(_ typed: String) -> Int64? {
        guard let text = withoutBlanks(typed)?.replacing(",", with: ".") else { return nil }
        if let hours = text.dropSuffix("h") { return decimalHours(hours) }
        let number = text.dropSuffix("min") ?? text[...]
        if let split = number.firstIndex(of: "h") {
            let rest = number[number.index(after: split)...]
            // "1h5" may be meant as 1.5h.
            guard rest.utf8.count == 2 || number.endIndex != text.endIndex else { return nil }
            return hoursAndMinutes(number[..<split], rest)
        }
        if number.endIndex != text.endIndex { return whole(number) }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        if parts.count == 1 { return whole(parts[0]) }
        guard parts.count == 2, parts[1].utf8.count == 2 else { return nil }
        return hoursAndMinutes(parts[0], parts[1])
    }

    /// In lower case, without blanks around it and beside a unit; nil for one between two numbers,
    /// which may be meant as one or the other.
    private static func withoutBlanks(_ typed: String) -> String? {
        var kept = ""
        var isAfterBlank = false
        for character in typed.lowercased() {
            if character.isWhitespace {
                isAfterBlank = true
                continue
            }
            if isAfterBlank, let last = kept.last, last.isLetter == character.isLetter {
                return nil
            }
            isAfterBlank = false
            kept.append(character)
        }
        return kept
    }

    private static func hoursAndMinutes(_ hours: Substring, _ rest: Substring) -> Int64? {
        guard let hours = whole(hours), let rest = whole(rest), rest < 60 else { return nil }
        return hours * 60 + rest
    }

    /// Integers only: 1.25 is 125 hundredths, times 60, divided by 100.
    private static func decimalHours(_ text: Substring) -> Int64? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), let hours = whole(parts[0]) else { return nil }
        guard parts.count == 2 else { return hours * 60 }
        guard (1...4).contains(parts[1].utf8.count), let fraction = whole(parts[1]) else {
            return nil
        }
        let scale = parts[1].reduce(Int64(1)) { scale, _ in scale * 10 }
        let (minutes, rest) = (fraction * 60).quotientAndRemainder(dividingBy: scale)
        return rest == 0 ? hours * 60 + minutes : nil
    }

    /// Digits only, few enough that no sum here overflows.
    private static func whole(_ text: Substring) -> Int64? {
        guard (1...9).contains(text.utf8.count),
            text.utf8.allSatisfy({ (48...57).contains($0) })
        else { return nil }
        return Int64(text)
    }
}

extension String {
    fileprivate func dropSuffix(_ suffix: String) -> Substring? {
        hasSuffix(suffix) ? dropLast(suffix.count) : nil
    }
}
