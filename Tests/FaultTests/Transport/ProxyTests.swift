// The proxy that the environment names: used for other machines, never for this one. The program
// runs as a process of its own, since libcurl reads its own environment. Neighbors: CurlTransport.

import FaultInjection
import Foundation
import NIOCore
import NIOPosix
import Shared
import Synchronization
import Testing

@testable import SyncClient

@Suite("The way through a proxy")
struct ProxyTests {
    /// A name that only the proxy can resolve (RFC 2606 section 2).
    private static let farHost = "office.invalid"

    @Test("another machine is reached through it, and known by its key all the same")
    func farAway() async throws {
        let town = try Town()
        defer { town.remove() }
        let asked = Mutex<[String]>([])
        try await town.serving(encrypted: true) { port in
            let link = try town.pinnedLink(host: Self.farHost, port: port)
            let tunnel: @Sendable (Stream) async throws -> Void = { stream in
                try await Tunnel(to: port).carry(stream) { line in
                    asked.withLock { $0.append(line) }
                }
            }
            let ended = try await listening(handle: tunnel) { proxy in
                try await pair(link, in: town, proxy: proxy)
            }
            #expect(ended.code == 0, "\(ended.errors)")
            let expected = "CONNECT \(Self.farHost):\(port) HTTP/1.1"
            let lines = asked.withLock { $0 }
            #expect(!lines.isEmpty && lines.allSatisfy { $0 == expected })
        }
    }

    @Test("a proxy that puts itself in the server's place is not the server")
    func impostor() async throws {
        let town = try Town()
        defer { town.remove() }
        try await Peer.listening(SampleCertificate.configuration()) { peer in
            let link = try town.pinnedLink(host: Self.farHost, port: peer.port)
            let tunnel: @Sendable (Stream) async throws -> Void = { stream in
                try await Tunnel(to: peer.port).carry(stream) { _ in }
            }
            let ended = try await listening(handle: tunnel) { proxy in
                try await pair(link, in: town, proxy: proxy)
            }
            #expect(ended.code == Sysexit.noPermission.rawValue)
            #expect(ended.errors.contains("it has another key. Nothing was sent"))
            #expect(peer.received.isEmpty)
        }
    }

    @Test("this machine is reached without it")
    func loopback() async throws {
        let town = try Town()
        defer { town.remove() }
        try await town.serving(encrypted: true) { port in
            let link = try town.pinnedLink(port: port)
            try await Peer.listening { proxy in
                let ended = try await pair(link, in: town, proxy: proxy.port)
                #expect(ended.code == 0, "\(ended.errors)")
                #expect(proxy.connectionCount == 0)
            }
        }
    }
}

/// What is said to be worth trying again is tried so often: on a machine whose processors are all
/// taken, a peer in this process may not answer within the program's patience.
private let triesMax = 10

/// As people do it, with a proxy in the environment.
private func pair(
    _ link: PairingLink, in town: Town, proxy: UInt16
) async throws -> Shell.Ended {
    let address = "http://\(Loopback4.host):\(proxy)"
    let once: @Sendable () throws -> Shell.Ended = {
        try Shell.run(
            "hourbook pair '\(link)' --label tablet --data tablet", in: town.folder,
            environment: ["https_proxy": address, "http_proxy": address])
    }
    return try await apart {
        for _ in 1..<triesMax {
            let ended = try once()
            if ended.code != Sysexit.temporaryFailure.rawValue { return ended }
        }
        return try once()
    }
}

/// A proxy's one job: says yes to CONNECT, then carries bytes to and from one port of this machine.
private struct Tunnel {
    let port: UInt16

    init(to port: UInt16) { self.port = port }

    func carry(_ near: Stream, told: @escaping @Sendable (String) -> Void) async throws {
        let far = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .connect(host: Loopback4.host, port: Int(port)) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try Stream(wrappingChannelSynchronously: channel)
                }
            }
        try await near.executeThenClose { nearIn, nearOut in
            try await far.executeThenClose { farIn, farOut in
                var bytes = nearIn.makeAsyncIterator()
                told(try await Self.requestLine(&bytes))
                try await nearOut.write(
                    ByteBuffer(bytes: HTTPText.head("200 Connected", headers: [])))
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask { for try await part in farIn { try await nearOut.write(part) } }
                    while let part = try await bytes.next() { try await farOut.write(part) }
                    group.cancelAll()
                }
            }
        }
    }

    /// Reads the head of a request, which ends with an empty line.
    private static func requestLine(
        _ bytes: inout NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator
    ) async throws -> String {
        var head = ""
        while !head.hasSuffix("\r\n\r\n"), let part = try await bytes.next() {
            head += String(buffer: part)
        }
        return String(head.prefix { $0 != "\r\n" })
    }
}
