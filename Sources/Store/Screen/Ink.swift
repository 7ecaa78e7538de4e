// Bold and color for people who look at a terminal, and for nobody else: files, pipes and JSON get
// the bare text. Neighbors: TextTable colors its cells with this, Commands their lines.

internal import Foundation

public enum Ink: Equatable, Sendable {
    case plain
    case colored

    /// Color on a terminal that can show it, unless its user asked for none (https://no-color.org:
    /// the variable counts when it is not empty).
    public init(isTerminal: Bool, variables: [String: String]) {
        let terminal = variables["TERM"] ?? ""
        let isWanted = variables["NO_COLOR", default: ""].isEmpty
        self = isTerminal && isWanted && !["", "dumb"].contains(terminal) ? .colored : .plain
    }

    /// For what is printed on standard output.
    public static var standardOutput: Ink {
        Ink(
            isTerminal: isatty(STDOUT_FILENO) == 1,
            variables: ProcessInfo.processInfo.environment)
    }

    public func heading(_ text: String) -> String { around(text, code: "1") }

    /// What awaits a decision, counts nothing, or has not reached the office.
    public func attention(_ text: String) -> String { around(text, code: "31") }

    /// The text must be on one line already: escapes of others would end the color early.
    private func around(_ text: String, code: String) -> String {
        switch self {
        case .plain: text
        case .colored: text.isEmpty ? text : "\u{1B}[\(code)m\(text)\u{1B}[0m"
        }
    }
}
