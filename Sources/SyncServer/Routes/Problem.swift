// Errors as other programs read them: RFC 9457 problem details (docs/protocol.md section 7.5).
// Neighbors: every route throws these, Responder turns them into responses.
// Invariant: nothing personal and nothing of the request's content is ever in one.

internal import Foundation
internal import HTTPTypes
internal import Hummingbird
internal import Shared

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

    var detail: String {
        switch self {
        case .notFound: "there is nothing at this address"
        case .methodNotAllowed(let allowed): "this address answers \(allowed) only"
        case .tooLarge: "the request is larger than this server reads"
        case .unreadable(.request): "the request could not be read"
        case .unreadable(.runs): "the runs in the request could not be read or verified"
        case .unreadable(.keys): "the keys in the request could not be opened"
        case .version(.older):
            "this device's program is too old for the office's server, which speaks "
                + "\(SyncProtocol.words(SyncProtocol.versions)) of the protocol: update the "
                + "program on the device; nothing is lost"
        case .version(.newer):
            "this device's program is newer than the office's server, which speaks "
                + "\(SyncProtocol.words(SyncProtocol.versions)) of the protocol: the office has to "
                + "update its server; nothing is lost"
        case .nonce: "repeat the request with the nonce of this answer"
        case .signature: "the signature does not fit the request"
        case .unknownReplica:
            "this device is not paired with this server: ask the office for a pairing link and run "
                + "`hourbook pair` with it; what is recorded stays"
        case .anotherLedger:
            "this device holds what the office's ledger does not: that is another ledger, or was "
                + "set back; nothing was changed, tell the office"
        case .pairing(let refusal): refusal.sentence
        case .split(let refusal): refusal.sentence
        case .diskFull:
            "the office's disk is full: nothing more is taken in until there is room, and nothing "
                + "is lost: tell the office, and sync again later"
        case .diskFailing:
            "the office's disk reports an error: nothing more was taken in, and nothing is lost: "
                + "tell the office, whose server must be started again, and sync again later"
        case .busy: "too much is waiting to be written; try again in a while"
        case .readOnly:
            "the office's ledger is read-only until it has been repaired; nothing was changed on "
                + "either side and nothing is lost: tell the office, and try again when it says so"
        case .keyringExchanged:
            "the office's server must be restarted: its keyring was exchanged under it; nothing "
                + "was lost"
        case .broken: "the server could not finish; try again in a while"
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
