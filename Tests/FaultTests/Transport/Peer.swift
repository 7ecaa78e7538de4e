// What listens on a loopback port in place of an office's server: it keeps every byte that came,
// after decryption, and answers as it was told. Neighbors: the suites of this folder; Town serves
// the real thing.

import NIOCore
import NIOPosix
import NIOSSL
import Synchronization

typealias Stream = NIOAsyncChannel<ByteBuffer, ByteBuffer>

enum Loopback4 {
    static let host = "127.0.0.1"
}

/// Listens while `body` runs and handles each connection; nil for `tls` is plain TCP.
func listening<Value: Sendable>(
    _ tls: TLSConfiguration? = nil,
    handle: @escaping @Sendable (Stream) async throws -> Void,
    _ body: @escaping @Sendable (_ port: UInt16) async throws -> Value
) async throws -> Value {
    let security = try tls.map { try NIOSSLContext(configuration: $0) }
    let listener = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
        .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
        .bind(host: Loopback4.host, port: 0) { channel in
            channel.eventLoop.makeCompletedFuture {
                if let security {
                    try channel.pipeline.syncOperations.addHandler(
                        NIOSSLServerHandler(context: security))
                }
                return try Stream(wrappingChannelSynchronously: channel)
            }
        }
    guard let port = listener.channel.localAddress?.port else { throw HarnessError.notServing }
    return try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await accept(from: listener, handle) }
        defer { group.cancelAll() }
        return try await body(UInt16(port))
    }
}

private func accept(
    from listener: NIOAsyncChannel<Stream, Never>,
    _ handle: @escaping @Sendable (Stream) async throws -> Void
) async throws {
    try await listener.executeThenClose { connections in
        try await withThrowingDiscardingTaskGroup { group in
            for try await connection in connections {
                // A peer that hangs up, or a handshake that fails, ends its own connection only.
                group.addTask { try? await handle(connection) }
            }
        }
    }
}

/// Answers the first bytes of each connection, then reads until the other side hangs up.
final class Peer: Sendable {
    let port: UInt16
    private let record: Record

    private final class Record: Sendable {
        let received = Mutex<[UInt8]>([])
        let connections = Mutex(0)
        let ends = AsyncStream.makeStream(of: Void.self)
    }

    private init(port: UInt16, record: Record) {
        self.port = port
        self.record = record
    }

    static func listening<Value: Sendable>(
        _ tls: TLSConfiguration? = nil, answering answer: [UInt8] = HTTPText.empty,
        _ body: @escaping @Sendable (Peer) async throws -> Value
    ) async throws -> Value {
        let record = Record()
        return try await FaultTests.listening(tls) { stream in
            record.connections.withLock { $0 += 1 }
            defer { record.ends.continuation.yield() }
            try await converse(stream, answer, record)
        } _: { port in
            try await body(Peer(port: port, record: record))
        }
    }

    private static func converse(_ stream: Stream, _ answer: [UInt8], _ record: Record) async throws
    {
        try await stream.executeThenClose { inbound, outbound in
            var hasAnswered = false
            for try await bytes in inbound {
                record.received.withLock { $0 += bytes.readableBytesView }
                if !hasAnswered { try await outbound.write(ByteBuffer(bytes: answer)) }
                hasAnswered = true
            }
        }
    }

    var received: [UInt8] { record.received.withLock { $0 } }
    var text: String { String(decoding: received, as: UTF8.self) }
    var connectionCount: Int { record.connections.withLock { $0 } }

    /// Waits until a connection has ended, so that nothing of it is still under way.
    func connectionEnded() async {
        var ends = record.ends.stream.makeAsyncIterator()
        await ends.next()
    }
}

enum HTTPText {
    static let empty = answer("200 OK")

    /// An answer with the length of its body.
    static func answer(
        _ status: String, headers: [String] = [], body: [UInt8] = []
    ) -> [UInt8] {
        head(status, headers: headers + ["Content-Length: \(body.count)"]) + body
    }

    static func head(_ status: String, headers: [String]) -> [UInt8] {
        let lines = ["HTTP/1.1 \(status)"] + headers
        return Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8)
    }
}
