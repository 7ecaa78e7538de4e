// A source file in three layers of equal shape: code, comments, and the text of string literals.
// A layer keeps its own bytes in place and blanks the others, so that a line number means the same
// in each. Neighbors: Repository.swift reads the files, TidyRule.swift asks the layers.
// Limit: a regex literal is read as code.

enum Layer: CaseIterable { case code, comment, string }

struct SourceText: Sendable {
    /// The lines as they stand in the file.
    let raw: [String]
    private let layers: [Layer: [String]]

    init(_ text: String, singleQuotesDelimit: Bool = false) {
        raw = Self.lines(text)
        var scanner = Scanner(bytes: Array(text.utf8), singleQuotesDelimit: singleQuotesDelimit)
        scanner.run()
        layers = scanner.layers.mapValues { Self.lines(String(decoding: $0, as: UTF8.self)) }
    }

    func lines(_ layer: Layer) -> [String] { layers[layer] ?? [] }

    /// Numbers, from 1, of the lines of a layer that hold the pattern, not inside a longer word.
    func lineNumbers(_ layer: Layer, with pattern: String) -> [Int] {
        lines(layer).indices.filter { lines(layer)[$0].holds(pattern) }.map { $0 + 1 }
    }

    private static func lines(_ text: String) -> [String] {
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        if lines.last?.isEmpty == true { lines.removeLast() }
        return lines
    }
}

extension String {
    /// Whether the pattern occurs; where it begins or ends with a word, not inside a longer word.
    func holds(_ pattern: String) -> Bool {
        guard contains(pattern), let first = pattern.first, let last = pattern.last else {
            return false
        }
        return ranges(of: pattern).contains { range in
            let before = self[..<range.lowerBound].last
            let after = self[range.upperBound...].first
            let cutsBefore = first.isWordPart && before?.isWordPart == true
            let cutsAfter = last.isWordPart && after?.isWordPart == true
            return !cutsBefore && !cutsAfter
        }
    }
}

extension Character {
    var isWordPart: Bool { isLetter || isNumber || self == "_" }
}

/// Sorts every byte of a file into its layer in one pass, with a stack for what is nested.
private struct Scanner {
    private enum Mode {
        case code(parentheses: Int, isInterpolation: Bool)
        case lineComment
        case blockComment
        case string(quote: [UInt8], hashes: Int)
    }

    let bytes: [UInt8]
    let singleQuotesDelimit: Bool
    private(set) var layers: [Layer: [UInt8]] = [:]
    private var position = 0
    private var modes: [Mode] = [.code(parentheses: 0, isInterpolation: false)]

    init(bytes: [UInt8], singleQuotesDelimit: Bool) {
        self.bytes = bytes
        self.singleQuotesDelimit = singleQuotesDelimit
        for layer in Layer.allCases {
            layers[layer] = bytes.map { $0 == newline ? newline : space }
        }
    }

    mutating func run() {
        while position < bytes.count {
            switch modes[modes.count - 1] {
            case .code(let parentheses, let isInterpolation):
                stepCode(parentheses: parentheses, isInterpolation: isInterpolation)
            case .lineComment:
                if bytes[position] == newline { modes.removeLast() }
                take(1, .comment)
            case .blockComment: stepBlockComment()
            case .string(let quote, let hashes): stepString(quote: quote, hashes: hashes)
            }
        }
    }

    private mutating func stepCode(parentheses: Int, isInterpolation: Bool) {
        if isNext("//") {
            take(2, .comment)
            modes.append(.lineComment)
        } else if isNext("/*") {
            take(2, .comment)
            modes.append(.blockComment)
        } else if let (quote, hashes) = openingQuote() {
            take(hashes + quote.count, .string)
            modes.append(.string(quote: quote, hashes: hashes))
        } else if isNext(")"), isInterpolation, parentheses == 0 {
            take(1, .string)
            modes.removeLast()
        } else {
            let change = isNext("(") ? 1 : isNext(")") ? -1 : 0
            modes[modes.count - 1] = .code(
                parentheses: parentheses + change, isInterpolation: isInterpolation)
            take(1, .code)
        }
    }

    private mutating func stepBlockComment() {
        if isNext("/*") {
            modes.append(.blockComment)
            take(2, .comment)
        } else if isNext("*/") {
            modes.removeLast()
            take(2, .comment)
        } else {
            take(1, .comment)
        }
    }

    private mutating func stepString(quote: [UInt8], hashes: Int) {
        let pounds = String(repeating: "#", count: hashes)
        if isNext("\\" + pounds + "(") {
            take(hashes + 2, .string)
            modes.append(.code(parentheses: 0, isInterpolation: true))
        } else if isNext("\\" + pounds) {
            take(hashes + 2, .string)
        } else if bytes[position...].starts(with: quote + Array(pounds.utf8)) {
            take(quote.count + hashes, .string)
            modes.removeLast()
        } else {
            // A string of one line that does not end was not a string: go on as code.
            if quote.count == 1, bytes[position] == newline { modes.removeLast() }
            take(1, .string)
        }
    }

    /// The quote that begins here, with the number of `#` before it.
    private func openingQuote() -> (quote: [UInt8], hashes: Int)? {
        if singleQuotesDelimit, isNext("'") { return (Array("'".utf8), 0) }
        let hashes = bytes[position...].prefix { $0 == UInt8(ascii: "#") }.count
        let rest = bytes[(position + hashes)...]
        let multiline = Array(#"""""#.utf8)
        if rest.starts(with: multiline) { return (multiline, hashes) }
        return rest.first == UInt8(ascii: "\"") ? ([UInt8(ascii: "\"")], hashes) : nil
    }

    private func isNext(_ text: String) -> Bool { bytes[position...].starts(with: text.utf8) }

    private mutating func take(_ count: Int, _ layer: Layer) {
        let end = min(position + count, bytes.count)
        for index in position..<end where bytes[index] != newline {
            layers[layer]?[index] = bytes[index]
        }
        position = end
    }
}

private let newline = UInt8(ascii: "\n")
private let space = UInt8(ascii: " ")
