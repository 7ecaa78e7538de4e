// Templates and what they show → a page. Neighbors: Resources/ has the frame of every page, the
// style sheet and the script; each program brings the templates of its own pages.
// Invariant: whatever a model says is shown as text: only templates are HTML.

internal import Mustache

public struct Pages: Sendable {
    private let library: MustacheLibrary

    /// By name, the bytes of each template.
    public init(_ templates: KeyValuePairs<String, [UInt8]>) {
        var library = MustacheLibrary()
        do {
            try library.register(text(PackageResources.frame_mustache), named: "frame")
            for (name, bytes) in templates { try library.register(text(bytes), named: name) }
        } catch {
            preconditionFailure("a template cannot be read: \(error)")
        }
        self.library = library
    }

    /// `model` is a dictionary or a structure whose properties the template names.
    public func page(_ name: String, _ model: Any) -> String {
        guard let page = library.render(model, withTemplate: name) else {
            preconditionFailure("there is no template \(name)")
        }
        return page
    }

    public static let style = PackageResources.style_css
    public static let script = PackageResources.page_js
}

private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
