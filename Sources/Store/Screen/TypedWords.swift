// What was typed, byte for byte: a word that is not UTF-8 would be recorded as something else, for
// Swift puts other characters in its place.
// Neighbors: ClientMain and ServerMain ask before all else.

public enum TypedWords {
    /// Why this process cannot take its command line; nil when all of it is text.
    public static var fault: String? {
        let words = (0..<Int(CommandLine.argc)).compactMap { CommandLine.unsafeArgv[$0] }
            .map { word in Array(UnsafeBufferPointer(start: word, count: length(of: word))) }
        return fault(of: words.map { $0.map(UInt8.init(bitPattern:)) })
    }

    /// The first word is the program's own name, which nobody records.
    static func fault(of words: [[UInt8]]) -> String? {
        let isText = words.dropFirst().map { String(validating: $0, as: UTF8.self) != nil }
        return isText.firstIndex(of: false).map { index in
            "word \(index + 1) after the program's name is not UTF-8 and would be altered; nothing "
                + "was done. Use a terminal that speaks UTF-8, or convert what you paste"
        }
    }

    private static func length(of word: UnsafeMutablePointer<CChar>) -> Int {
        var length = 0
        while word[length] != 0 { length += 1 }
        return length
    }
}
