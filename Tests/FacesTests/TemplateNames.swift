// The names in a template, looked up as swift-mustache does: in what a section pushed, then around
// it. Neighbors: StoredProperties has the types; TemplateNameTests the templates.
// Source: mustache(5), and swift-mustache's MustacheContext, for which nil is not there.

import Foundation

struct TemplateNames {
    /// Sources by template.
    let templates: [String: String]
    let stored: StoredProperties

    /// What one level of sections has: stored properties, or a value that `.` names.
    private struct Level {
        let type: String
        let properties: [String: TemplateType]
    }

    /// What a name is, and the type that has it.
    private struct Found {
        var type: TemplateType?
        var scope = ""
        var faults: [String] = []
    }

    private enum Token {
        case name(String)
        case section(String), inverted(String)
        case parent(String), block
        case partial(String)
        case end
    }

    /// What is wrong with a template that is rendered with a model of that type.
    func faults(of template: String, model: String) -> [String] {
        guard let (name, properties) = stored.properties(of: model, in: "") else {
            return ["there is no \(model)"]
        }
        return faults(of: template, properties: properties, model: name)
    }

    func faults(
        of template: String, properties: [String: TemplateType], model: String
    ) -> [String] {
        faults(of: template, [Level(type: model, properties: properties)])
    }

    private func faults(of template: String, _ around: [Level]) -> [String] {
        guard let source = templates[template] else { return ["there is no \(template)"] }
        var (faults, levels, ends) = ([String](), around, [Int]())
        for token in Self.tokens(source) {
            switch token {
            case .name("."): break
            case .name(let name): faults += look(up: name, levels, template).faults
            case .inverted(let name):
                faults += look(up: name, levels, template).faults
                ends.append(levels.count)
            case .section(let name):
                let found = look(up: name, levels, template)
                faults += found.faults
                ends.append(levels.count)
                if let type = found.type { levels += level(type, in: found.scope) }
            case .partial(let name): faults += self.faults(of: name, levels)
            case .parent(let name):
                faults += self.faults(of: name, levels)
                ends.append(levels.count)
            case .block: ends.append(levels.count)
            case .end: levels = Array(levels.prefix(ends.popLast() ?? levels.count))
            }
        }
        return faults
    }

    /// `scope` is the type that has a property of this one.
    private func level(_ type: TemplateType, in scope: String) -> [Level] {
        guard case .named(let name) = type.pushed, name != "Bool" else { return [] }
        let found = stored.properties(of: name, in: scope)
        return [Level(type: found?.name ?? name, properties: found?.1 ?? [:])]
    }

    private func look(
        up dotted: String, _ levels: [Level], _ template: String
    ) -> Found {
        let parts = dotted.split(separator: ".").map(String.init)
        let holders = levels.indices.reversed().filter { levels[$0].properties[parts[0]] != nil }
        guard let nearest = holders.first, var type = levels[nearest].properties[parts[0]] else {
            let around = levels.map(\.type).joined(separator: " > ")
            return Found(faults: ["\(template): {{\(dotted)}} is nothing of \(around)"])
        }
        // Where the nearest is nil, one further out is shown in its place.
        if type.isOptional, let further = holders.dropFirst().first {
            return Found(faults: [
                "\(template): {{\(dotted)}} of \(levels[nearest].type) may be nil, and "
                    + "\(levels[further].type) has one too"
            ])
        }
        var scope = levels[nearest].type
        for part in parts.dropFirst() {
            if type.pushed == .texts { return Found(type: .named("String")) }
            guard case .named(let name) = type.pushed,
                let found = stored.properties(of: name, in: scope), let next = found.1[part]
            else { return Found(faults: ["\(template): {{\(dotted)}}: no \(part) in \(type)"]) }
            (type, scope) = (next, found.name)
        }
        return Found(type: type, scope: scope)
    }

    private static func tokens(_ source: String) -> [Token] {
        source.matches(of: /\{\{([#^\/<>$!]?)\s*([^}]*?)\s*\}\}/).compactMap { match in
            let name = String(match.2)
            return switch match.1 {
            case "": .name(name)
            case "#": .section(name)
            case "^": .inverted(name)
            case "<": .parent(name)
            case "$": .block
            case ">": .partial(name)
            case "/": .end
            default: nil
            }
        }
    }
}
