// A TLS server that has no certificate and offers nothing but anonymous ciphers. NIOSSL cannot be
// one, Python's OpenSSL can. Neighbor: PinningTests.

import Foundation

@testable import SyncClient

struct AnonymousServer {
    let port: UInt16
    /// Of its own client.
    private let first: String
    private let process = Process()
    private let output = Pipe()

    /// Starts it; it has then served one client of its own, so it does work.
    init() throws {
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["python3", "-c", Self.program]
        process.standardOutput = output
        try process.run()
        let line = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
        let words = line.split(whereSeparator: \.isWhitespace)
        guard words.count == 2, let port = UInt16(words[0]) else { throw HarnessError.notServing }
        (self.port, first) = (port, String(words[1]))
    }

    /// Of its own client and of the next: waits for both.
    func outcomes() throws -> [String] {
        let rest = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return [first, String(decoding: rest, as: UTF8.self).trimmed]
    }

    private static let program = """
        import socket, ssl, threading

        def context(purpose):
            made = ssl.SSLContext(purpose)
            made.maximum_version = ssl.TLSVersion.TLSv1_2
            made.set_ciphers("aNULL:@SECLEVEL=0")
            made.check_hostname = False
            made.verify_mode = ssl.CERT_NONE
            return made

        def own_client():
            with socket.create_connection(("127.0.0.1", port)) as plain:
                with context(ssl.PROTOCOL_TLS_CLIENT).wrap_socket(plain) as client:
                    client.sendall(b"x")
                    client.recv(1)

        def serve():
            plain, _ = listener.accept()
            plain.settimeout(60)
            try:
                with context(ssl.PROTOCOL_TLS_SERVER).wrap_socket(plain, True) as server:
                    return "served" if server.recv(1) else "silent"
            except OSError:
                return "refused"

        listener = socket.create_server(("127.0.0.1", 0))
        listener.settimeout(60)
        port = listener.getsockname()[1]
        threading.Thread(target=own_client).start()
        print(f"{port} {serve()}", flush=True)
        print(serve(), flush=True)
        """
}
