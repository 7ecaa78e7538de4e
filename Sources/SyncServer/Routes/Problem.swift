// Errors as other programs read them: RFC 9457 problem details (docs/protocol.md section 7.5).
// Neighbors: every route throws these, Responder turns them into responses.
// Invariant: nothing personal and nothing of the request's content is ever in one.

internal import Foundation
internal import HTTPTypes
internal import Hummingbird
internal import Shared
internal import Texts

enum Problem: Error, Equatable {
    case notFound
    case methodNotAllowed(allowed: String)
    case tooLarge
    case unreadable(Part)
    /// The device's program is older or newer than what is spoken here.
    case version(VersionAge)
    /// The nonce is missing, stale or not this server's; the answer carries a fresh one.
    case nonce
    case signature
    case unknownReplica
    case anotherLedger
    case pairing(PairingRefusal)
    case split(SplitRefusal)
    case busy
    /// There is no room for what was brought.
    case diskFull
    /// The disk reports errors; after some of them nothing is written before a restart.
    case diskFailing
    /// The ledger was set back or altered: nothing is written until it has been repaired.
    case readOnly
    /// The keyring was removed or exchanged under this process: it can write no event whose keys
    /// would last.
    case keyringExchanged
    case broken

    /// What of a request could not be read.
    enum Part: String {
        case request, runs, keys
    }

    /// How long a device waits when it is told that the server is busy.
    static let retrySeconds: UInt32 = 30

    var status: HTTPResponse.Status {
        switch self {
        case .notFound: .notFound
        case .methodNotAllowed: .methodNotAllowed
        case .tooLarge: .contentTooLarge
        case .unreadable, .version: .badRequest
        case .nonce, .signature, .unknownReplica: .unauthorized
        case .anotherLedger: .conflict
        case .pairing, .split: .forbidden
        case .busy, .diskFull, .diskFailing, .readOnly, .keyringExchanged: .serviceUnavailable
        case .broken: .internalServerError
        }
    }

    /// The last part of the problem's type: programs tell problems apart by it.
    var name: String {
        switch self {
        case .notFound: "not-found"
        case .methodNotAllowed: "method-not-allowed"
        case .tooLarge: "too-large"
        case .unreadable: "unreadable"
        case .version: "version"
        case .nonce: "nonce"
        case .signature: "signature"
        case .unknownReplica: "unknown-replica"
        case .anotherLedger: "another-ledger"
        case .pairing: "pairing-refused"
        case .split: "split-refused"
        case .busy: "busy"
        case .diskFull: "disk-full"
        case .diskFailing: "disk-failing"
        case .readOnly: "read-only"
        case .keyringExchanged: "keyring-exchanged"
        case .broken: "internal"
        }
    }

    /// In English: a device says what it knows in the language of whoever is there.
    var detail: String {
        switch self {
        case .notFound: Voice.terminal("problem_nothing_here")
        case .methodNotAllowed(let allowed): "this address answers \(allowed) only"
        case .tooLarge: Voice.terminal("problem_too_large")
        case .unreadable(.request): Voice.terminal("problem_unreadable_request")
        case .unreadable(.runs): Voice.terminal("problem_unreadable_runs")
        case .unreadable(.keys): Voice.terminal("problem_unreadable_keys")
        case .version(.older):
            "this device's program is too old for the office's server, which speaks "
                + "\(SyncProtocol.words(SyncProtocol.versions)) of the protocol: update the "
                + "program on the device; nothing is lost"
        case .version(.newer):
            "this device's program is newer than the office's server, which speaks "
                + "\(SyncProtocol.words(SyncProtocol.versions)) of the protocol: the office has to "
                + "update its server; nothing is lost"
        case .nonce: Voice.terminal("problem_nonce")
        case .signature: Voice.terminal("problem_signature")
        case .unknownReplica:
            "this device is not paired with this server: ask the office for a pairing link and run "
                + "`hourbook pair` with it; what is recorded stays"
        case .anotherLedger: Voice.terminal("problem_another_ledger")
        case .pairing(let refusal): refusal.sentence
        case .split(let refusal): refusal.sentence
        case .diskFull: Voice.terminal("problem_disk_full")
        case .diskFailing: Voice.terminal("problem_disk_failing")
        case .busy: Voice.terminal("problem_busy")
        case .readOnly: Voice.terminal("problem_read_only")
        case .keyringExchanged: Voice.terminal("problem_keyring")
        case .broken: Voice.terminal("problem_broken")
        }
    }
}

extension Problem {
    static let mediaType = "application/problem+json"

    private struct Details: Encodable {
        let type: String
        let title: String
        let status: Int
        let detail: String
    }

    var response: Response {
        let details = Details(
            type: "urn:hourbook:problem:\(name)", title: status.reasonPhrase,
            status: status.code, detail: detail)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let body = (try? encoder.encode(details)) ?? Data()
        var headers: HTTPFields = [.contentType: Self.mediaType]
        if case .methodNotAllowed(let allowed) = self { headers[.allow] = allowed }
        if self == .busy { headers[.retryAfter] = String(Self.retrySeconds) }
        return Response(
            status: status, headers: headers, body: .init(byteBuffer: ByteBuffer(bytes: body)))
    }
}
