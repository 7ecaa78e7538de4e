// `serve`: answers devices until it is told to stop, then finishes what it has begun.
// Neighbors: Responder answers, Committer writes; both end with the group.

internal import ArgumentParser
internal import Foundation
internal import Hummingbird
internal import Logging
internal import ServiceLifecycle
internal import Shared
internal import Store

struct ServeCommand: ServerCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Answer devices until interrupted.")

    @OptionGroup var folder: FolderOptions
    @Option(help: "Address to listen on; loopback only in this version.") var host = "127.0.0.1"
    @Option(help: "Port to listen on; 0 takes a free one.") var port: UInt16 = 8420

    func perform() async throws {
        try Loopback.check(host)
        let serving = try soleServer()
        defer { withExtendedLifetime(serving) {} }
        let store = try store()
        if let sentence = store.standing.sentence {
            FileHandle.standardError.write(Data("READ-ONLY: \(sentence)\n".utf8))
        }
        let application = ServerApplication.build(store: store, host: host, port: Int(port))
        do {
            try await application.runService()
        } catch {
            // Hummingbird wraps what the socket answered; its text is all that is left of it.
            let reason = String(describing: error)
            throw Refusal(
                exit: 69,
                sentence: reason.contains("errno: \(EADDRINUSE)")
                    ? "port \(port) is in use; name another with --port"
                    : "cannot serve on \(host), port \(port): \(reason)")
        }
    }
}

extension ServeCommand {
    /// Held while this process serves: two servers on one folder would each answer for the other's
    /// writes. The kernel lets go of it when a process dies.
    private func soleServer() throws -> FolderLock? {
        guard FileManager.default.fileExists(atPath: folder.url.path) else { return nil }
        do {
            return try FolderLock(folder: folder.url, name: "serving", wait: false)
        } catch FolderLock.Failure.busy {
            throw Refusal(
                exit: 75,
                sentence: "another hourbook-server serves \(folder.path) already; "
                    + "stop that one first, or name another folder with --data")
        }
    }
}

/// Plain HTTP never leaves this machine.
enum Loopback {
    static let hosts: Set = ["127.0.0.1", "::1", "localhost"]

    static func check(_ host: String) throws {
        guard hosts.contains(host) else {
            throw Refusal.usage(
                "this version speaks plain HTTP, to this machine only: use 127.0.0.1, ::1 or "
                    + "localhost")
        }
    }
}

enum ServerApplication {
    static let name = "hourbook-server"

    static func build(
        store: ServerStore, host: String = "127.0.0.1", port: Int = 0
    ) -> some ApplicationProtocol {
        let logger = Logger(label: name)
        let committer = Committer(store: store, logger: logger)
        return Application(
            responder: Responder(store: store, committer: committer),
            server: .http1(configuration: .init(idleTimeout: .seconds(60))),
            configuration: ApplicationConfiguration(
                address: .hostname(host, port: port), serverName: name),
            services: [committer],
            onServerRunning: { channel in
                let bound = channel.localAddress?.port ?? port
                logger.info("serving", metadata: ["port": "\(bound)"])
            }, logger: logger)
    }
}
