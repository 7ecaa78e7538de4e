// `hourbook serve`: the pages for the field, on this machine alone, until it is told to stop.
// Neighbors: WebApp/ answers, Faces/Gate lets nobody else in.
// Invariant: it listens on 127.0.0.1 only, and each run has a key of its own.

internal import ArgumentParser
internal import Faces
internal import Foundation
internal import Hummingbird
internal import Logging
internal import Shared
internal import Store

struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Open pages in the browser of this machine to record and look things up.",
        discussion: """
            Works without a network. The address it prints lets one browser in, on this machine \
            only; each start has another. Ctrl-C ends it, and nothing is lost.
            """)

    static let portDefault = 8421
    private static let keyBytes = 16

    @Option(help: "Port to listen on; 0 takes a free one.") var port = portDefault
    @OptionGroup var data: DataOptions

    func run() async throws {
        do { try await serve() } catch { throw Self.told(error) }
    }

    private func serve() async throws {
        try await Self.serve(try data.device(), folder: data.folder, port: port)
    }

    /// Until it is told to stop.
    static func serve(_ device: Device, folder: URL, port: Int) async throws {
        let key = hex(ClientMain.environment.randomBytes(keyBytes))
        let desk = FieldDesk(device, folder: folder)
        do {
            try await FieldServer.build(desk: desk, port: port, key: key) { port in
                print("http://127.0.0.1:\(port)\(FieldRoute.openPath)?key=\(key)")
                Screen.note("open this address in a browser on this machine; Ctrl-C ends")
                fflush(nil)
            }.runService()
        } catch {
            let reason = String(describing: error)
            throw UserError(
                .unavailable,
                reason.contains("errno: \(EADDRINUSE)")
                    ? "port \(port) is in use: `hourbook serve` may be running already; name "
                        + "another with --port" : "cannot serve on port \(port): \(reason)")
        }
    }
}

struct PracticeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "practice",
        abstract: "Open the same pages on a made-up community, to learn and to try things out.",
        discussion: """
            It has a folder of its own beside the real one, or where --data says, is marked on \
            every page, and syncs with nobody. Delete that folder to begin anew.
            """)

    @Option(help: "Port to listen on; 0 takes a free one.") var port = ServeCommand.portDefault
    @OptionGroup var data: DataOptions

    func run() async throws {
        do {
            let folder = folder
            let device = try PracticeCommunity(
                folder: folder, environment: ClientMain.environment
            ).open()
            try await ServeCommand.serve(device, folder: folder, port: port)
        } catch { throw Self.told(error) }
    }

    private var folder: URL {
        if data.path != nil { return data.folder }
        let real = DataOptions.standard
        return real.deletingLastPathComponent()
            .appendingPathComponent(real.lastPathComponent + "-practice")
    }
}
