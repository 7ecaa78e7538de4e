// A TCP proxy on a loopback port that forwards both ways and breaks a connection off after so many
// bytes of one of them. Neighbors: CutTests puts it between a device and the server.
// Invariant: what was counted before the cut has been handed on, nothing after it.

import NIOCore
import NIOPosix
import Synchronization

struct Cut: Sendable {
    enum Way: String, CaseIterable, Sendable {
        case request, response
    }

    let way: Way
    /// Of each connection.
    let afterBytes: Int
    /// Connections that are cut; those after them are left alone.
    var times = 1
}

final class CutProxy: Sendable {
    private let plan: CutPlan
    private let listener: any Channel

    init(to target: UInt16) async throws {
        let plan = CutPlan()
        self.plan = plan
        listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { join($0, to: target, plan) }
            .bind(host: "127.0.0.1", port: 0).get()
    }

    var port: UInt16 { UInt16(listener.localAddress?.port ?? 0) }

    func close() async throws { try await listener.close() }

    /// From the next connection on.
    func cut(_ cut: Cut) { plan.set(cut) }

    /// Connections that were cut since that was said.
    var cutCount: Int { plan.count }
}

/// Runs `body` with a proxy before the server, and closes it.
func proxied<Value>(
    to target: UInt16, _ body: (CutProxy) async throws -> Value
) async throws -> Value {
    let proxy = try await CutProxy(to: target)
    let result: Result<Value, any Error>
    do { result = .success(try await body(proxy)) } catch { result = .failure(error) }
    try await proxy.close()
    return try result.get()
}

private final class CutPlan: Sendable {
    private let state = Mutex<(cut: Cut?, count: Int)>((nil, 0))

    var count: Int { state.withLock { $0.count } }
    func set(_ cut: Cut) { state.withLock { $0 = (cut, 0) } }

    /// What becomes of the bytes of that way on a new connection; nil: all pass.
    func bytes(_ way: Cut.Way) -> Int? {
        state.withLock { state in
            guard let cut = state.cut, cut.way == way, state.count < cut.times else { return nil }
            return cut.afterBytes
        }
    }

    func note() { state.withLock { $0.count += 1 } }
}

/// The client's channel and one to the server, on one event loop, each handing on to the other.
private func join(
    _ client: any Channel, to target: UInt16, _ plan: CutPlan
) -> EventLoopFuture<Void> {
    ClientBootstrap(group: client.eventLoop).connect(host: "127.0.0.1", port: Int(target))
        .flatMapThrowing { server in
            try client.pipeline.syncOperations.addHandler(
                Half(to: server, bytesLeft: plan.bytes(.request), plan))
            try server.pipeline.syncOperations.addHandler(
                Half(to: client, bytesLeft: plan.bytes(.response), plan))
        }
}

/// What comes from one side, on its way to the other.
private final class Half: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let other: any Channel
    private let plan: CutPlan
    private var bytesLeft: Int?
    private var isCut = false

    init(to other: any Channel, bytesLeft: Int?, _ plan: CutPlan) {
        self.other = other
        self.bytesLeft = bytesLeft
        self.plan = plan
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if isCut { return }
        var bytes = unwrapInboundIn(data)
        guard let left = bytesLeft else { return other.writeAndFlush(bytes, promise: nil) }
        if bytes.readableBytes <= left {
            bytesLeft = left - bytes.readableBytes
            return other.writeAndFlush(bytes, promise: nil)
        }
        // The first byte too many ends the connection, for both.
        isCut = true
        plan.note()
        let channel = context.channel
        let last = bytes.readSlice(length: left) ?? ByteBuffer()
        other.writeAndFlush(last).whenComplete { [other] _ in
            other.close(promise: nil)
            channel.close(promise: nil)
        }
    }

    func channelInactive(context: ChannelHandlerContext) { other.close(promise: nil) }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}
