// The source files of this repository, read once, in order of their paths.
// Neighbors: TidyTests.swift applies every rule to every file found here.

internal import Foundation

enum Language {
    case swift
    /// C and Protocol Buffers: both comment with `//`.
    case c
    /// Shell and Python: both comment with `#`.
    case script
}

struct SourceFile: Sendable {
    /// Relative to the repository, `/` between folders.
    let path: String
    let language: Language
    let text: SourceText

    init(path: String, language: Language, text: String) {
        self.path = path
        self.language = language
        self.text = SourceText(text, singleQuotesDelimit: language == .c)
    }

    var name: String { path.split(separator: "/").last.map(String.init) ?? path }
    var folder: String { path.split(separator: "/").first.map(String.init) ?? "" }
}

enum Repository {
    static let folders = ["Benchmarks", "Sources", "Tests", "scripts"]

    /// Tests/TidyTests/Repository.swift is three below the root.
    static let root = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    static let files: [SourceFile] = folders.flatMap(paths(under:)).sorted().compactMap(read)

    private static func paths(under folder: String) -> [String] {
        let url = root.appending(path: folder)
        let found = FileManager.default.enumerator(atPath: url.path)?.allObjects ?? []
        return found.compactMap { $0 as? String }.map { "\(folder)/\($0)" }
    }

    private static func read(_ path: String) -> SourceFile? {
        guard let language = language(ofPath: path),
            let text = try? String(contentsOf: root.appending(path: path), encoding: .utf8)
        else { return nil }
        if language == .script, !path.hasSuffix(".py"), !text.hasPrefix("#!") { return nil }
        return SourceFile(path: path, language: language, text: text)
    }

    /// Nil for what nobody wrote by hand, and for data.
    private static func language(ofPath path: String) -> Language? {
        let name = path.split(separator: "/").last ?? ""
        if name.hasSuffix(".pb.swift") || path.contains("/__pycache__/") { return nil }
        switch name.split(separator: ".").dropFirst().last {
        case "swift": return .swift
        case "c", "h", "proto": return .c
        case "py", "sh", nil: return .script
        default: return nil
        }
    }
}
