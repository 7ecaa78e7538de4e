// A net for English on a page of another language: small words that no Spanish sentence has.
// Neighbors: the suites that ask for every page of a device and of the console in Spanish.
// Invariant: what people typed is left out whole before anything is looked for, longest first.

import Foundation

public enum EnglishWords {
    /// Every sentence has one of these; none of them is a Spanish word, a code or a unit.
    static let small: Set<String> = [
        "about", "above", "again", "already", "and", "another", "any", "anybody", "are", "at",
        "be", "been", "before", "both", "by", "can", "cannot", "did", "does", "each", "for", "from",
        "gave", "give", "had", "have", "here", "his", "if", "in", "into", "is", "it", "its",
        "must", "never", "nobody", "not", "nothing", "of", "on", "only", "or", "other", "out",
        "somebody", "something", "than", "that", "the", "their", "them", "then", "there", "they",
        "this", "those", "to", "until", "was", "were", "what", "when", "where", "which", "who",
        "whom", "will", "with", "would", "yet", "you", "your",
        // What a label of one or two words may be.
        "ahead", "amended", "behind", "category", "changed", "confirmed", "date", "day", "days",
        "decided", "device", "disputed", "enrolled", "entry", "entries", "exchange", "grant",
        "hour", "hours", "joined", "language", "languages", "member", "minute", "minutes", "moved",
        "name", "neighborhood", "note", "number", "office", "pot", "question", "reason",
        "received", "recorded", "reinstated", "reviewed", "revoked", "role", "service", "sync",
        "void", "voided", "waiting", "worker", "workers", "year", "years", "yes",
    ]

    /// Those in what a reader of the page sees, or hears of it, with some words around each.
    public static func found(in page: String, besides typed: [String]) -> [String] {
        var seen = visible(page)
        for text in typed.sorted(by: { ($0.count, $0) > ($1.count, $1) }) where !text.isEmpty {
            seen = seen.replacingOccurrences(of: text, with: " ")
        }
        let chunks = seen.split(whereSeparator: \.isWhitespace)
        return chunks.indices.filter { isEnglish(chunks[$0]) }.map { index in
            chunks[max(0, index - 4)..<min(chunks.count, index + 5)].joined(separator: " ")
        }
    }

    /// An address, a hash and what is written in base64 have digits or dots inside, and no words.
    private static func isEnglish(_ chunk: Substring) -> Bool {
        let ends = { (letter: Character) in !letter.isLetter && !letter.isNumber }
        let inside = chunk.drop(while: ends).reversed().drop(while: ends)
        guard inside.allSatisfy({ !$0.isNumber && !".+=".contains($0) }) else { return false }
        return chunk.split { !$0.isLetter }.contains { small.contains($0.lowercased()) }
    }

    /// Its text, and the attributes that are read out or shown.
    static func visible(_ page: String) -> String {
        var page = page
        // The form that chooses a language names each in its own words.
        page.replace(/<(script|style)[^>]*>.*?<\/\1>/.dotMatchesNewlines(), with: " ")
        let told = page.matches(of: /\b(?:alt|aria-label|placeholder|title)="([^"]*)"/)
            .map { String($0.1) }
        page.replace(/<[^>]*>/.dotMatchesNewlines(), with: " ")
        let text = ([page] + told).joined(separator: " ")
        let marks = [
            ("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&"),
        ]
        return marks.reduce(text) { $0.replacingOccurrences(of: $1.0, with: $1.1) }
    }
}
