// The HTTP server around the routes: HTTP/2 or HTTP/1.1 over TLS, or plain HTTP/1.1.
// Neighbors: Serving says which; Responder answers, Committer writes; both end with the group.

internal import Crypto
internal import Hummingbird
internal import HummingbirdCore
internal import HummingbirdHTTP2
internal import Logging
internal import NIOCore
internal import NIOSSL
internal import ServiceLifecycle
internal import Shared

enum ServerApplication {
    static let name = "hourbook-server"
    /// A connection without a request for this long is closed.
    static let idleTimeout = TimeAmount.seconds(60)
    /// A connection that has not finished its TLS handshake by then is closed.
    static let handshakeDeadline = TimeAmount.seconds(10)

    /// `tls` is nil for plain HTTP, `console` where only devices are answered.
    static func build(
        store: ServerStore, host: String = "127.0.0.1", port: Int = 0,
        tls: TLSConfiguration? = nil, handshakeDeadline: TimeAmount = handshakeDeadline,
        console: ConsoleSite? = nil,
        onRunning: @escaping @Sendable (Int) async -> Void = { _ in }
    ) throws -> some ApplicationProtocol {
        let logger = Logger(label: name)
        let committer = Committer(store: store, logger: logger)
        return Application(
            responder: Responder(store: store, committer: committer, console: console),
            server: try tls.map { try encrypted($0, deadline: handshakeDeadline) }
                ?? .http1(configuration: stream),
            configuration: ApplicationConfiguration(
                address: .hostname(host, port: port), serverName: name),
            services: [committer],
            onServerRunning: { channel in
                let bound = channel.localAddress?.port ?? port
                logger.info("serving", metadata: ["port": "\(bound)"])
                await onRunning(bound)
            }, logger: logger)
    }

    private static var stream: HTTP1Channel.Configuration { .init(idleTimeout: idleTimeout) }

    private static func encrypted(
        _ tls: TLSConfiguration, deadline: TimeAmount
    ) throws -> HTTPServerBuilder {
        HTTPServerBuilder { responder in
            DeadlinedChannel(
                base: try HTTP2UpgradeChannel(
                    tlsConfiguration: tls,
                    configuration: .init(
                        idleTimeout: .nanoseconds(idleTimeout.nanoseconds),
                        streamConfiguration: stream),
                    responder: responder), deadline: deadline)
        }
    }
}

extension TLSConfiguration {
    /// With a key that devices know by its fingerprint.
    static func pinned(_ identity: TLSIdentity) throws -> TLSConfiguration {
        let certificate = try NIOSSLCertificate(bytes: identity.certificate(), format: .der)
        let key = try NIOSSLPrivateKey(
            bytes: [UInt8](identity.current.derRepresentation), format: .der)
        return server([certificate], key)
    }

    /// With a certificate and its key from two PEM files.
    static func certificate(chain: String, key: String) throws -> TLSConfiguration {
        do {
            let chain = try NIOSSLCertificate.fromPEMFile(chain)
            return server(chain, try NIOSSLPrivateKey(file: key, format: .pem))
        } catch {
            throw Refusal.noInput(
                "\(chain) and \(key) cannot be used as a certificate and its key: both must be "
                    + "PEM files that this user may read")
        }
    }

    /// NIOSSL's own default would let TLS 1.0 in.
    private static func server(
        _ chain: [NIOSSLCertificate], _ key: NIOSSLPrivateKey
    ) -> TLSConfiguration {
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
        configuration.minimumTLSVersion = .tlsv12
        return configuration
    }
}
