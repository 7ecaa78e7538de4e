// `serve`: answers devices until it is told to stop, then finishes what it has begun.
// Neighbors: Serving/ decides how and listens.

internal import ArgumentParser
internal import Foundation
internal import Hummingbird
internal import NIOSSL
internal import Shared
internal import Store

struct ServeCommand: ServerCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Answer devices and browsers until interrupted.",
        discussion: """
            By default over TLS, with a key of the server's own that pairing links name: no \
            certificate is needed. With --certificate and --key it shows a certificate that \
            devices' systems trust; both files are read at the start.
            """)

    @OptionGroup var folder: FolderOptions
    @Option(help: "Address to listen on; 0.0.0.0 for all.") var host = "127.0.0.1"
    @Option(help: "Port to listen on; 0 takes a free one.")
    var port = LinkAddress.portDefault
    @Flag(help: "Plain HTTP, for this machine only.") var plain = false
    @Flag(help: "Plain HTTP, for a proxy before this server that speaks TLS to devices.")
    var behindProxy = false
    @Option(
        help: ArgumentHelp("PEM file of a certificate and its chain.", valueName: "file"),
        completion: .file(extensions: ["pem", "crt", "cer"]))
    var certificate: String?
    @Option(
        help: ArgumentHelp("PEM file of the certificate's private key.", valueName: "file"),
        completion: .file(extensions: ["pem", "key"]))
    var key: String?

    private static let lostTLSKeys =
        "\(TLSIdentity.fileName) is missing, so this server shows a key that no device knows: stop "
        + "it and restore the file from a backup, or give every device a new pairing link"

    func perform() async throws {
        let serving = try Serving(
            .init(plain: plain, behindProxy: behindProxy, certificate: certificate, key: key),
            host: host)
        let sole = try folder.soleServer(
            busy: "another hourbook-server serves \(folder.path) already; "
                + "stop that one first, or name another folder with --data")
        defer { withExtendedLifetime(sole) {} }
        let store = try store()
        if let trouble = try store.read({ try $0.tables.keyringTrouble() }) {
            Output.note("WARNING: \(trouble.sentence); \(KeyringTrouble.whatToDo)")
        }
        if serving == .pinned, try store.hasLostTLSKeys {
            Output.note("WARNING: \(Self.lostTLSKeys)")
        }
        let tls = try serving.tlsConfiguration(of: store)
        let desk = ConsoleDesk(store)
        desk.prepare()
        do {
            let application = try ServerApplication.build(
                store: store, host: host, port: Int(port), tls: tls,
                console: ConsoleSite(desk, door: ConsoleDoor(serving)),
                onRunning: {
                    remember(serving, port: $0, keyring: store.keyring.identity)
                    tellConsole(serving, port: $0, of: store)
                })
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

    /// A convenience for `pairing-link`: a folder that takes no file serves all the same.
    @Sendable private func remember(_ serving: Serving, port: Int, keyring: FileIdentity?) {
        guard let port = UInt16(exactly: port) else { return }
        try? ServingRecord(serving, host: host, port: port, keyring: keyring)
            .save(folder: folder.url)
    }
}

extension ServeCommand {
    /// Where people find it, or how the first of them gets in.
    @Sendable fileprivate func tellConsole(_ serving: Serving, port: Int, of store: ServerStore) {
        let record = UInt16(exactly: port).map { ServingRecord(serving, host: host, port: $0) }
        let address = record.flatMap(ConsoleAddress.init)?.url ?? "the address of this server"
        guard (try? store.hasConsoleAccounts()) == true else {
            Output.note(
                "Nobody has an account for the console yet. In another terminal: "
                    + "\(ServerMain.name) accounts invite ADMIN --data \(folder.path)")
            return
        }
        Output.note("The console is at \(address)")
    }
}

extension Serving {
    /// Nil for plain HTTP.
    func tlsConfiguration(of store: ServerStore) throws -> TLSConfiguration? {
        switch self {
        case .pinned: try .pinned(store.servedTLSIdentity())
        case .certificate(let chain, let key): try .certificate(chain: chain, key: key)
        case .behindProxy, .plain: nil
        }
    }
}
