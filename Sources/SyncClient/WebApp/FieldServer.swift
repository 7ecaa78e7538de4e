// The HTTP server around the pages. Neighbors: ServeCommand starts it, FieldSite answers.

internal import Faces
internal import Hummingbird
internal import Logging
internal import NIOCore
internal import Shared
internal import Synchronization

enum FieldServer {
    /// A connection without a request for this long is closed.
    static let idleTimeout = TimeAmount.seconds(60)

    /// `onRunning` is told the port.
    static func build(
        desk: FieldDesk, port: Int, key: String,
        onRunning: @escaping @Sendable (Int) async -> Void
    ) -> some ApplicationProtocol {
        var logger = Logger(label: "hourbook")
        logger.logLevel = .error
        let site = LateSite()
        return Application(
            responder: site, server: .http1(configuration: .init(idleTimeout: idleTimeout)),
            configuration: ApplicationConfiguration(
                address: .hostname("127.0.0.1", port: port), serverName: "hourbook"),
            onServerRunning: { channel in
                let bound = channel.localAddress?.port ?? port
                site.open(FieldSite(desk: desk, gate: Gate(port: bound, key: key)))
                await onRunning(bound)
            }, logger: logger)
    }
}

/// Which names it may be asked by is known once it has its port.
private final class LateSite: HTTPResponder {
    typealias Context = BasicRequestContext

    private let site = Mutex<FieldSite?>(nil)

    func open(_ site: FieldSite) { self.site.withLock { $0 = site } }

    func respond(to request: Request, context: Context) async throws -> Response {
        guard let site = site.withLock({ $0 }) else {
            return Response(status: .serviceUnavailable)
        }
        return try await site.respond(to: request, context: context)
    }
}
