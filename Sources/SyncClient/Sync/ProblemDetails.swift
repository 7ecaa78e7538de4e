// An error as the server tells it: RFC 9457 problem details, or only a status.
// Neighbors: Pairing and SyncSession show its sentence.

internal import Shared
internal import Store
internal import Foundation
internal import Texts

struct ProblemDetails: Equatable {
    let status: Int
    let type: String
    let title: String
    let detail: String

    private struct Body: Decodable {
        let type: String?
        let title: String?
        let detail: String?
    }

    init(_ answer: HTTPAnswer) {
        let body = try? JSONDecoder().decode(Body.self, from: Data(answer.body))
        status = answer.status
        type = body?.type ?? "about:blank"
        title = (body?.title ?? "HTTP status \(answer.status)").onOneLine
        detail = (body?.detail ?? Self.detail(of: answer.status)).onOneLine
    }

    /// A redirect comes from something before the server, such as a network that wants a login.
    private static func detail(of status: Int) -> String {
        (300..<400).contains(status)
            ? Voice.terminal("problem_elsewhere") : ""
    }

    /// The server is busy or broken, not the request.
    var isTemporary: Bool { status == 429 || status >= 500 }

    /// This device's pairing is not in the office's ledger, or not any more.
    var isUnknownReplica: Bool {
        status == 401 && type == "urn:hourbook:problem:unknown-replica"
    }

    /// The server's ledger is not the one that this device has seen.
    var isAnotherLedger: Bool {
        status == 409 && type == "urn:hourbook:problem:another-ledger"
    }

    /// One side has to be updated: asking again helps nothing.
    var isVersion: Bool { type == "urn:hourbook:problem:version" }

    /// The office's own problems are told by their detail alone: their titles are HTTP's, and
    /// "Conflict" is another thing here.
    var sentence: String {
        if detail.isEmpty { return title }
        if isVersion {
            return "\(detail) (this program speaks version \(SyncProtocol.version))"
        }
        return type.hasPrefix("urn:hourbook:problem:") ? detail : "\(title): \(detail)"
    }

    /// For a page. What the office says in words that this program knows is said in the language of
    /// the page; some speak of commands, and are told by what they are.
    var phrase: Phrase {
        if isVersion { return Phrase("problem_version") }
        if isUnknownReplica { return Phrase("problem_unknown_replica") }
        if let known = Phrase(saying: detail) { return known }
        return Phrase("problem_status", ["status": "\(status)"])
    }
}
