// Finds functions and their length by matching braces in the code layer of a file.
// Neighbors: SourceText.swift has already blanked strings and comments; TidyRule.swift judges.

struct FunctionSpan: Equatable, Sendable {
    let name: String
    let firstLine: Int
    let lastLine: Int
    var lineCount: Int { lastLine - firstLine + 1 }
}

extension SourceText {
    /// Functions, initializers, subscripts and computed properties, from keyword to closing brace.
    var functions: [FunctionSpan] {
        let tokens = lines(.code).enumerated().flatMap { Token.tokens(of: $1, line: $0 + 1) }
        return tokens.indices.compactMap { index in
            let token = tokens[index]
            guard opensFunction.contains(token.text) else { return nil }
            // `.init(…)` and `self.init(…)` are calls.
            if index > 0, tokens[index - 1].text == "." { return nil }
            guard let open = bodyStart(in: tokens, after: index),
                let close = matchingBrace(in: tokens, from: open)
            else { return nil }
            let isNamed = ["func", "var"].contains(token.text)
            return FunctionSpan(
                name: isNamed ? tokens[index + 1].text : token.text,
                firstLine: token.line, lastLine: tokens[close].line)
        }
    }
}

private struct Token {
    let text: String
    let line: Int

    /// Words whole, every other character by itself.
    static func tokens(of code: String, line: Int) -> [Token] {
        var tokens: [Token] = []
        var rest = code[...]
        while let first = rest.first {
            let word = rest.prefix(while: \.isWordPart)
            let text = word.isEmpty ? rest.prefix(1) : word
            if !first.isWhitespace { tokens.append(Token(text: String(text), line: line)) }
            rest = rest.dropFirst(text.count)
        }
        return tokens
    }
}

private let opensFunction: Set = ["func", "init", "deinit", "subscript", "var"]

/// What cannot stand between a function's keyword and its body: the declaration has none.
private let startsAnother: Set = [
    "func", "init", "deinit", "subscript", "var", "let", "case", "struct", "class", "enum", "actor",
    "extension", "protocol", "typealias", "associatedtype", "static", "public", "private",
    "internal", "fileprivate", "package", "mutating", "if", "for", "while", "guard", "switch",
    "return", "do", "repeat", "}",
]

/// The brace that opens the body; nil for a requirement, a stored property or a local variable.
private func bodyStart(in tokens: [Token], after keyword: Int) -> Int? {
    var depth = 0
    for index in tokens.indices.dropFirst(keyword + 1) {
        switch tokens[index].text {
        case "(", "[": depth += 1
        case ")", "]": depth -= 1
        case "{" where depth == 0: return index
        case "=" where depth == 0 && tokens[keyword].text == "var": return nil
        case let text where depth == 0 && startsAnother.contains(text): return nil
        default: break
        }
        if depth < 0 { return nil }
    }
    return nil
}

private func matchingBrace(in tokens: [Token], from open: Int) -> Int? {
    var depth = 0
    for index in tokens.indices.dropFirst(open) {
        if tokens[index].text == "{" { depth += 1 }
        if tokens[index].text == "}" { depth -= 1 }
        if depth == 0 { return index }
    }
    return nil
}
