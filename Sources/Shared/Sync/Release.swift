// Which release of the programs this is, and which one a device says that it has.
// Source: docs/protocol.md section 7.2. Neighbors: the device's transport names it in every
// request; the office shows what each device named last.

public enum Release {
    /// By Semantic Versioning, of both programs.
    public static let version = "0.1.0"

    /// A product of RFC 9110, section 10.1.5: the value of the header User-Agent.
    public static let device = "hourbook/\(version)"

    /// Of a longer value the rest is left out.
    static let characterCountMax = 60

    /// What of such a value is kept, visible ASCII and blanks; nil when nothing is. A claim.
    public static func named(by header: String?) -> String? {
        let kept = (header ?? "").unicodeScalars.filter { (0x20...0x7e).contains($0.value) }
        let name = String(String.UnicodeScalarView(kept.prefix(characterCountMax)))
            .split(separator: " ").joined(separator: " ")
        return name.isEmpty ? nil : name
    }
}
