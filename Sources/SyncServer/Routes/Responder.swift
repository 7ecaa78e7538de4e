// Every request comes through here: the devices' route table, and what becomes of errors.
// Neighbors: SyncRoute and PairRoute do the work, Problem says what went wrong; people's pages are
// the console's.
// Invariant: every answer to a device's whole request carries a nonce; a log line names the problem
// and nothing of the request.

internal import Foundation
internal import GRDB
internal import HTTPTypes
internal import Hummingbird
internal import Logging
internal import NIOCore
internal import NIOHTTP1
internal import Shared
internal import Store

struct Responder: HTTPResponder {
    typealias Context = OfficeContext

    let store: ServerStore
    let committer: Committer
    /// Nil where there are no pages, and whatever is no device's is not found.
    var console: ConsoleSite?

    func respond(to request: Request, context: Context) async throws -> Response {
        if let console, !Self.isDevices(request.uri.path) {
            return try await console.respond(to: request, context: context)
        }
        var response: Response
        do {
            response = try await answer(request)
        } catch HTTPParserError.invalidEOFState {
            // It broke off on its way: as the HTTP layer says it when that notices first.
            return Response(status: .badRequest)
        } catch {
            let problem = Problem(error)
            if problem.status.kind == .serverError {
                context.logger.error(
                    "request failed", metadata: ["error": "\(ErrorName(error))"])
            }
            response = problem.response
        }
        let nonce = store.keys.nonce.make(at: store.environment.now())
        response.headers[.hourbookNonce] = hex(nonce)
        return response
    }

    /// Under `/v1/`, whatever may come there, and what watches over a service asks for.
    private static func isDevices(_ path: String) -> Bool {
        path.hasPrefix("/v1/") || path == healthPath
    }

    private static let healthPath = "/healthz"

    private func answer(_ request: Request) async throws -> Response {
        switch (request.uri.path, request.method) {
        case (SyncProtocol.syncPath, .post):
            try await SyncRoute(store: store, committer: committer).respond(to: request)
        case (SyncProtocol.pairPath, .post):
            try await PairRoute(store: store).respond(to: request)
        case (SyncProtocol.splitPath, .post):
            try await SplitRoute(store: store).respond(to: request)
        case (SyncProtocol.offerPath, .post):
            try await OfferRoute(store: store, committer: committer).respond(to: request)
        case (Self.healthPath, .get): try await health()
        case (SyncProtocol.syncPath, _), (SyncProtocol.pairPath, _), (SyncProtocol.splitPath, _),
            (SyncProtocol.offerPath, _):
            throw Problem.methodNotAllowed(allowed: "POST")
        case (Self.healthPath, _): throw Problem.methodNotAllowed(allowed: "GET")
        default: throw Problem.notFound
        }
    }

    private func health() async throws -> Response {
        let position = try await store.readAsync { $0.position }
        let body = "{\"status\":\"ok\",\"position\":\(position)}\n"
        return Response(
            status: .ok, headers: [.contentType: "application/json"],
            body: .init(byteBuffer: ByteBuffer(string: body)))
    }
}

extension Problem {
    /// What a peer is told of a database that could not be written; nil: it was busy.
    init(_ trouble: StorageTrouble?) {
        self =
            switch trouble {
            case .full: .diskFull
            case .unsynced, .failing: .diskFailing
            case .noMemory, nil: .busy
            }
    }

    /// What a peer is told about any error.
    init(_ error: any Error) {
        switch error {
        case let problem as Problem: self = problem
        case MessageError.version(let version): self = .version(VersionAge(version) ?? .newer)
        case is MessageError: self = .unreadable(.request)
        case is RunFault: self = .unreadable(.runs)
        case is KeyWrappingError: self = .unreadable(.keys)
        case let refusal as PairingRefusal: self = .pairing(refusal)
        case let refusal as SplitRefusal: self = .split(refusal)
        // The peer spoke no HTTP.
        case is HTTPParserError: self = .unreadable(.request)
        case let error as DatabaseError: self.init(StorageTrouble(error))
        case let error as CocoaError: self.init(StorageTrouble(error))
        case is FolderLock.Failure: self = .busy
        case Keyring.Failure.exchanged: self = .keyringExchanged
        default: self = .broken
        }
    }
}

extension HTTPField.Name {
    static var hourbookNonce: Self { named(SyncProtocol.nonceHeader) }
    static var hourbookSignature: Self { named(SyncProtocol.signatureHeader) }

    private static func named(_ text: String) -> Self {
        guard let name = HTTPField.Name(text) else {
            preconditionFailure("the header's name is a valid one")
        }
        return name
    }
}

extension Request {
    /// The whole body; too large a one is refused before it is read.
    func boundedBody() async throws -> [UInt8] {
        let bytesMax = ContainerLimits.bodyBytesMax + RequestLimits.bodyBytesSlack
        if let length = headers[.contentLength].flatMap({ Int($0) }), length > bytesMax {
            throw Problem.tooLarge
        }
        do {
            let buffer = try await body.collect(upTo: bytesMax)
            return Array(buffer.readableBytesView)
        } catch is NIOTooManyBytesError {
            throw Problem.tooLarge
        }
    }

    var methodAndPath: String { "\(method.rawValue) \(uri)" }
}

enum RequestLimits {
    /// What stands around the runs: cursor, digests, wrapped keys.
    static let bodyBytesSlack = 100_000
}
