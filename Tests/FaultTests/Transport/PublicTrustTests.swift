// Mode `public`: the device takes a certificate that its system trusts, for the name in the link,
// and no other. What the system trusts is replaced for one process, in a mount namespace.
// Neighbors: CurlTransport sets no list of its own, SampleAuthority is trusted or not.

import FaultInjection
import Foundation
import Shared
import Testing

@testable import SyncClient
@testable import SyncServer

@Suite("Certificates that the system trusts")
struct PublicTrustTests {
    /// Where this system's libcurl looks (`curl-config --ca`).
    private static let systemTrust = "/etc/ssl/certs/ca-certificates.crt"

    /// A process may have a mount namespace of its own here, so that nothing of the system changes.
    private static let isReplaceable: Bool = {
        let folder = FileManager.default.temporaryDirectory
        let bind = "mount --bind \(systemTrust) \(systemTrust)"
        return (try? Shell.run("unshare -rm \(bind)", in: folder).code) == 0
    }()

    /// Pairs with a server that shows the authority's certificate for localhost.
    private func pair(
        _ host: String, trusting isTrusted: Bool
    ) async throws -> (ended: Shell.Ended, isPaired: Bool) {
        let town = try Town()
        defer { town.remove() }
        let authority = town.folder.appendingPathComponent("authority.pem")
        try SampleAuthority.write(to: authority)
        let tls = try SampleAuthority.configuration(in: town.folder)
        let ended = try await town.serving(tls: tls) { port in
            try await apart {
                let link = try town.publicLink(host: host, port: port)
                let command = "hourbook pair '\(link)' --label tablet --data tablet"
                let trust = "mount --bind \(authority.path) \(Self.systemTrust)"
                return try Shell.run(
                    isTrusted ? "unshare -rm sh -c \"\(trust) && \(command)\"" : command,
                    in: town.folder)
            }
        }
        let tablet = try? town.open("tablet")
        defer { tablet?.close() }
        return (ended, tablet != nil)
    }

    @Test(
        "one of an authority that the system trusts is taken, and all works over it",
        .enabled(if: isReplaceable))
    func trusted() async throws {
        let (ended, isPaired) = try await pair(SampleAuthority.host, trusting: true)
        #expect(ended.code == 0, "\(ended.errors)")
        #expect(ended.output.hasPrefix("in step at position ") && isPaired)
    }

    @Test("15: one of an authority that it does not trust is refused, and nothing is paired")
    func untrusted() async throws {
        let (ended, isPaired) = try await pair(SampleAuthority.host, trusting: false)
        #expect(ended.code == Sysexit.noPermission.rawValue)
        #expect(ended.errors.hasPrefix("hourbook: ") && !isPaired)
        #expect(ended.errors.contains(TransportError.untrusted.sentence))
    }

    @Test("15: a trusted one for another name is refused", .enabled(if: isReplaceable))
    func anotherName() async throws {
        let (ended, isPaired) = try await pair("127.0.0.1", trusting: true)
        #expect(ended.code == Sysexit.noPermission.rawValue)
        #expect(ended.errors.contains(TransportError.untrusted.sentence) && !isPaired)
    }
}

extension Town {
    /// A link for one device that trusts what its system trusts.
    fileprivate func publicLink(host: String, port: UInt16) throws -> PairingLink {
        try withStore { store in
            try store.append { session in
                try session.makePairingLink(
                    workers: [dana], neighborhoods: [harbor], role: .coordinator, host: host,
                    port: port, mode: .public)
            }
        }
    }
}
