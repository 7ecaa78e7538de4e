// Templates and what they show → a page. Neighbors: Resources/ has the frame of every page, the
// style sheet and the script; each program brings the templates of its own pages.
// Invariants: whatever a model says is shown as text: only templates are HTML. No text turns the
// words around it: marks that set a direction are left out of what is shown, and stay in the book.

internal import Mustache
internal import Texts

public struct Pages: Sendable {
    private let library: MustacheLibrary

    /// By name, the bytes of each template.
    public init(_ templates: KeyValuePairs<String, [UInt8]>) {
        var library = MustacheLibrary()
        do {
            try library.register(text(PackageResources.frame_mustache), named: "frame")
            try library.register(text(PackageResources.moment_mustache), named: "moment")
            for (name, bytes) in templates { try library.register(text(bytes), named: name) }
        } catch {
            preconditionFailure("a template cannot be read: \(error)")
        }
        self.library = library
    }

    /// `model` is a dictionary or a structure whose properties the template names.
    public func page(_ name: String, _ model: Any) -> String {
        guard let page = library.render(shown(model), withTemplate: name) else {
            preconditionFailure("there is no template \(name)")
        }
        return page.utf8.contains(Self.leadOfMarks) ? page.withoutDirectionMarks : page
    }

    /// The first byte, in UTF-8, of all marks that set a direction, and of few other letters.
    private static let leadOfMarks: UInt8 = 0xE2

    public static let style = PackageResources.style_css
    public static let script = PackageResources.page_js
}

private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

extension String {
    /// Without what turns the words that follow: embeddings, overrides and isolates of UAX 9.
    var withoutDirectionMarks: String {
        var kept = String.UnicodeScalarView()
        kept.append(
            contentsOf: unicodeScalars.filter { scalar in
                !(0x202A...0x202E).contains(scalar.value)
                    && !(0x2066...0x2069).contains(scalar.value)
            })
        return String(kept)
    }
}
