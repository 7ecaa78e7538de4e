// Links to a town's server by the key that it shows, and a bare caller of such a server.
// Neighbors: Harness/Town serves; the suites of this folder.

import GRDB
import Hummingbird
import NIOCore
import NIOPosix
import NIOSSL
import Shared
import Store

@testable import SyncClient
@testable import SyncServer

extension Town {
    /// A link for one device, naming the key that the server shows now.
    func pinnedLink(host: String = Loopback4.host, port: UInt16) throws -> PairingLink {
        let store = try openStore()
        defer { try? store.pool.close() }
        return try store.append { session in
            try session.makePairingLink(
                workers: [dana], neighborhoods: [harbor], role: .coordinator, host: host,
                port: port, mode: .pinned(try session.announcedTLSIdentity().keys.current))
        }
    }

    /// As `tls use-next` does, with the server stopped.
    func useNextTLSKey() throws {
        let store = try openStore()
        defer { try? store.pool.close() }
        _ = try store.append { try $0.useNextTLSKey() }
    }

    /// One session over TLS, at the address that the server has now.
    func syncTLS(_ name: String, port: UInt16) throws -> SyncReport {
        let device = try open(name)
        defer { device.close() }
        guard let identity = try IdentityFile(folder: deviceFolder(name)) else {
            throw HarnessError.notPaired
        }
        let (known, announced) = try device.read { ($0.paired.server, try $0.announcedKeys) }
        let address = ServerAddress(host: known.host, port: port, mode: known.mode)
        return try SyncSession(
            device: device, keys: try identity.keys,
            transport: try CurlTransport(
                to: address, pins: address.pins(announced: announced), patience: .ofTests)
        ).run()
    }
}

/// Connects, says something, and hears what comes until the other side hangs up or has said enough.
enum Caller {
    static func call(
        port: UInt16, tls: TLSConfiguration? = nil, saying words: [UInt8], bytesWanted: Int = .max
    ) async throws -> [UInt8] {
        let security = try tls.map { try NIOSSLContext(configuration: $0) }
        let stream = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .connect(host: Loopback4.host, port: Int(port)) { channel in
                channel.eventLoop.makeCompletedFuture {
                    if let security {
                        try channel.pipeline.syncOperations.addHandler(
                            NIOSSLClientHandler(context: security, serverHostname: nil))
                    }
                    return try Stream(wrappingChannelSynchronously: channel)
                }
            }
        return try await stream.executeThenClose { inbound, outbound in
            if !words.isEmpty { try await outbound.write(ByteBuffer(bytes: words)) }
            var heard: [UInt8] = []
            for try await bytes in inbound {
                heard += bytes.readableBytesView
                if heard.count >= bytesWanted { break }
            }
            return heard
        }
    }

    /// Of a client that takes any certificate.
    static func configuration(
        from minimum: TLSVersion = .tlsv12, to maximum: TLSVersion = .tlsv13,
        protocols: [String] = []
    ) -> TLSConfiguration {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.certificateVerification = .none
        configuration.minimumTLSVersion = minimum
        configuration.maximumTLSVersion = maximum
        configuration.applicationProtocols = protocols
        return configuration
    }
}
