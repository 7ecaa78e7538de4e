// A model with its parts by name, taken apart once. Mustache would take a structure apart anew for
// every name of a template that it looks for, and for every line of a list: of a long page that was
// more than half of all work.
// Neighbors: Pages shows a model; swift-mustache asks `child`.
// Invariant: a template shows of this what it would show of the model itself.

internal import Mustache

/// A structure, by the names of its properties; those that are nil are left out, so that what they
/// lack is looked for around it.
private struct Parts: MustacheParent, CustomStringConvertible {
    let whole: Any
    let parts: [String: Any]

    func child(named name: String) -> Any? { parts[name] }

    var description: String { String(describing: whole) }
}

func shown(_ model: Any) -> Any { part(model) ?? [String: Any]() }

/// Nil for nil.
private func part(_ value: Any) -> Any? {
    if let text = value as? String { return text }
    if let texts = value as? [String: String] { return texts }
    let mirror = Mirror(reflecting: value)
    switch mirror.displayStyle {
    case .optional: return mirror.children.first.flatMap { part($0.value) }
    case .collection, .set: return mirror.children.compactMap { part($0.value) }
    case .dictionary:
        return (value as? [String: Any]).map { $0.compactMapValues(part) } ?? value
    case .struct: return Parts(whole: value, parts: parts(of: mirror))
    case .class, .enum, .tuple, .foreignReference, nil: return value
    @unknown default: return value
    }
}

private func parts(of mirror: Mirror) -> [String: Any] {
    var found: [String: Any] = [:]
    for (label, value) in mirror.children {
        if let label { found[label] = part(value) }
    }
    return found
}
