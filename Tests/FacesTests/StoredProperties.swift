// What the page models store, read from the Swift sources: a template sees stored properties alone,
// and a section that is empty shows nothing of what is named in it while a test renders.
// Neighbors: TemplateNames looks names up in these.

import Foundation

/// A type as a template meets it.
indirect enum TemplateType: Equatable, Sendable, CustomStringConvertible {
    case named(String)
    case optional(TemplateType)
    case list(TemplateType)
    case texts

    init(_ written: String) {
        let text = written.trimmingCharacters(in: .whitespaces)
        if text.hasSuffix("?") {
            self = .optional(TemplateType(String(text.dropLast())))
        } else if text == "[String: String]" {
            self = .texts
        } else if text.hasPrefix("["), text.hasSuffix("]") {
            self = .list(TemplateType(String(text.dropFirst().dropLast())))
        } else {
            self = .named(text)
        }
    }

    var description: String {
        switch self {
        case .named(let name): name
        case .optional(let type): "\(type)?"
        case .list(let type): "[\(type)]"
        case .texts: "texts"
        }
    }

    /// What a section of it pushes: of a list one, of an optional what there is.
    var pushed: TemplateType {
        switch self {
        case .optional(let type), .list(let type): type.pushed
        case .named, .texts: self
        }
    }

    var isOptional: Bool { if case .optional = self { true } else { false } }
}

/// Stored properties by type, with the types nested as in the sources: "EntryModel.Party".
struct StoredProperties {
    private(set) var byType: [String: [String: TemplateType]] = [:]

    init(_ sources: [String]) { sources.forEach { read($0) } }

    /// The properties of a type that is written in the scope of another; nil for one of none.
    func properties(of name: String, in scope: String) -> (name: String, [String: TemplateType])? {
        var parts = scope.split(separator: ".").map(String.init)
        while true {
            let full = (parts + [name]).joined(separator: ".")
            if let found = byType[full] { return (full, found) }
            guard parts.popLast() != nil else { return nil }
        }
    }

    private mutating func read(_ source: String) {
        var scopes: [(name: String, depth: Int)] = []
        var depth = 0
        for line in source.split(separator: "\n") {
            let code = line.prefix(upTo: line.range(of: "//")?.lowerBound ?? line.endIndex)
                .trimmingCharacters(in: .whitespaces)
            if let type = code.firstMatch(
                of: /^(?:\w+ )*(?:struct|enum|class|extension|actor) ([\w.]+)[^{]*(\{.*)?$/)
            {
                let outer = scopes.last.map { $0.name + "." } ?? ""
                scopes.append((outer + type.1, depth))
                // One line may hold all of it: struct Known: Sendable { let entries: [Line] }
                for part in (type.2.map(String.init) ?? "").split(separator: ";") {
                    note(part.trimmingCharacters(in: ["{", "}", " "]), scopes.last?.name)
                }
            } else if let scope = scopes.last, depth == scope.depth + 1 {
                note(code, scope.name)
            }
            depth += code.count { $0 == "{" } - code.count { $0 == "}" }
            // A head over several lines has no brace yet.
            while let scope = scopes.last, depth <= scope.depth, code.contains("}") {
                scopes.removeLast()
            }
        }
    }

    /// A line that declares a stored property; others are none.
    private mutating func note(_ code: String, _ scope: String?) {
        guard let scope, !code.contains("static "),
            let line = code.firstMatch(of: /^(?:\w+ )*(let|var) (\w+)(?:: ([^={]+))?(.*)$/)
        else { return }
        let isComputed = line.4.hasPrefix("{") && !line.4.contains("didSet")
        guard !isComputed else { return }
        byType[scope, default: [:]][String(line.2)] =
            line.3.map { TemplateType(String($0)) } ?? .named("of a value")
    }
}
