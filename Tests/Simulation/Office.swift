// The server in this process, asked one request at a time: its real routes, store and committer,
// without a socket. Neighbors: Wire carries requests here, OfficeWork does what admins do.
// Invariant: one request is wholly done before the next begins, so that a seed repeats.

import Dispatch
import FaultInjection
import Foundation
import GRDB
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import NIOEmbedded
import Shared
import Store
import Synchronization
import TestSupport

@testable import SyncClient
@testable import SyncServer

final class Office {
    let folder: URL
    let fate: Fate
    let log = LogKeeper()
    private(set) var store: ServerStore
    private(set) var community: CommunityID
    let line: RequestLine

    init(folder: URL, fate: Fate, line: RequestLine) throws {
        self.folder = folder
        self.fate = fate
        self.line = line
        store = try Founding.found(
            name: "Riverside", folder: folder, environment: fate.environment,
            recovery: { Fixed.ledger })
        community = store.community
    }

    /// Before it is started again.
    var mayNotWrite: Bool { store.writes.isStopped }

    /// After its process died.
    func restart() throws {
        close()
        store = try ServerStore(folder: folder, environment: fate.environment)
    }

    /// As a careful person does: with the server stopped.
    func copyFolder(to other: URL) throws {
        close()
        try FileManager.default.copyItem(at: folder, to: other)
        store = try ServerStore(folder: folder, environment: fate.environment)
    }

    func putBack(from copy: URL) throws {
        close()
        try FileManager.default.removeItem(at: folder)
        try FileManager.default.copyItem(at: copy, to: folder)
        store = try ServerStore(folder: folder, environment: fate.environment)
    }

    func close() {
        try? store.pool.close()
        try? store.keyring.close()
    }

    func answer(
        path: String, headers: [(name: String, value: String)], body: [UInt8]
    ) -> HTTPAnswer {
        line.ask(
            RequestLine.Question(
                store: store, logger: log.logger, path: path, headers: headers, body: body))
    }
}

/// Hands requests from the world's thread to the one that serves, and waits for each answer.
final class RequestLine: Sendable {
    struct Question: Sendable {
        let store: ServerStore
        let logger: Logger
        let path: String
        let headers: [(name: String, value: String)]
        let body: [UInt8]
    }

    private let questions = AsyncStream.makeStream(of: Question.self)
    private let answers = Mutex<HTTPAnswer?>(nil)
    private let isAnswered = DispatchSemaphore(value: 0)

    func ask(_ question: Question) -> HTTPAnswer {
        questions.continuation.yield(question)
        isAnswered.wait()
        guard let answer = answers.withLock({ $0 }) else {
            preconditionFailure("the server answers every question")
        }
        return answer
    }

    func hangUp() { questions.continuation.finish() }

    /// Until `hangUp`.
    func serve() async {
        for await question in questions.stream {
            let answer = await Self.respond(to: question)
            answers.withLock { $0 = answer }
            isAnswered.signal()
        }
    }

    private static func respond(to question: Question) async -> HTTPAnswer {
        let committer = Committer(store: question.store, logger: question.logger)
        return await withTaskGroup(of: Void.self) { group in
            group.addTask { try? await committer.run() }
            defer { group.cancelAll() }
            let answer = await respond(to: question, by: committer)
            // What a device said of itself is written with the next commit: that is now.
            await committer.drain()
            return answer
        }
    }

    private static func respond(
        to question: Question, by committer: Committer
    ) async -> HTTPAnswer {
        var fields = HTTPFields()
        for (name, value) in question.headers {
            if let name = HTTPField.Name(name) { fields[name] = value }
        }
        let request = Request(
            head: HTTPRequest(
                method: .post, scheme: "http", authority: "office", path: question.path,
                headerFields: fields),
            body: RequestBody(buffer: ByteBuffer(bytes: question.body)))
        let context = OfficeContext(
            source: ApplicationRequestContextSource(
                channel: EmbeddedChannel(), logger: question.logger))
        do {
            let response = try await Responder(store: question.store, committer: committer)
                .respond(to: request, context: context)
            let writer = BodyWriter()
            try await response.body.write(writer)
            let headers = Dictionary(
                response.headers.map { ($0.name.rawName.lowercased(), $0.value) },
                uniquingKeysWith: { $1 })
            return HTTPAnswer(
                status: response.status.code, headers: headers, body: writer.bytes.withLock { $0 })
        } catch {
            return HTTPAnswer(status: 500, headers: [:], body: [])
        }
    }

    private final class BodyWriter: ResponseBodyWriter, Sendable {
        let bytes = Mutex<[UInt8]>([])

        func write(_ buffer: ByteBuffer) async throws {
            bytes.withLock { $0 += buffer.readableBytesView }
        }

        func finish(_ trailingHeaders: HTTPFields?) async throws {}
    }
}

/// What the server logged, for the checkers to read.
final class LogKeeper: Sendable {
    private let lines = Mutex<[String]>([])

    var logger: Logger { Logger(label: "office") { _ in Handler(keeper: self) } }

    var last: String? { lines.withLock { $0.last } }

    func taken() -> [String] {
        lines.withLock { lines in
            defer { lines = [] }
            return lines
        }
    }

    private struct Handler: LogHandler {
        let keeper: LogKeeper
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.info
        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let line = "\(event.message) \(event.metadata ?? [:])"
            keeper.lines.withLock { $0.append(line) }
        }
    }
}
