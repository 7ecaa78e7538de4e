// How a server may be reached, and where its pairing links lead: nothing leaves the machine in
// plain text by accident. Neighbors: Sources/SyncServer/Serving.

import Foundation
import Shared
import TestSupport
import Testing

@testable import SyncServer

@Suite("How a server is reached")
struct ServingTests {
    private static let elsewhere = ["0.0.0.0", "::", "192.0.2.1", "book.example.org", "127.0.0.2"]

    @Test("without a choice it is TLS with the server's own key, wherever it listens")
    func byDefault() throws {
        for host in Self.elsewhere + ["127.0.0.1"] {
            #expect(try Serving(.init(), host: host) == .pinned)
        }
    }

    @Test("plain HTTP beyond this machine is refused", arguments: elsewhere)
    func plainElsewhere(host: String) {
        let refusal = #expect(throws: Refusal.self) {
            try Serving(.init(plain: true), host: host)
        }
        #expect(refusal?.sentence.contains("--behind-proxy") == true)
    }

    @Test("plain HTTP is for this machine, or for a proxy that somebody vouched for")
    func plainHere() throws {
        for host in ["127.0.0.1", "::1", "localhost"] {
            #expect(try Serving(.init(plain: true), host: host) == .plain)
        }
        #expect(try Serving(.init(behindProxy: true), host: "0.0.0.0") == .behindProxy)
    }

    @Test("one way at a time, and a certificate comes with its key")
    func oneWay() throws {
        let contradictions: [Serving.Options] = [
            .init(plain: true, behindProxy: true), .init(plain: true, certificate: "a", key: "b"),
            .init(behindProxy: true, certificate: "a", key: "b"), .init(certificate: "a"),
            .init(key: "b"), .init(plain: true, key: "b"),
        ]
        for options in contradictions {
            #expect(throws: Refusal.self) { try Serving(options, host: "127.0.0.1") }
        }
        let whole = try Serving(.init(certificate: "a", key: "b"), host: "0.0.0.0")
        #expect(whole == .certificate(chain: "a", key: "b"))
    }

    @Test("files that are no certificate are named, and what they must be")
    func noCertificate() throws {
        let office = try Office()
        let path = office.store.folder.appendingPathComponent("nothing.pem").path
        let refusal = #expect(throws: Refusal.self) {
            try Serving.certificate(chain: path, key: path).tlsConfiguration(of: office.store)
        }
        #expect(refusal?.sentence.contains("PEM") == true)
    }

    struct Case: Sendable, CustomTestStringConvertible {
        let serving: Serving
        let host: String
        var typed = LinkAddress.Typed()
        /// "mode host port", or nil for a refusal.
        let leads: String?
        var testDescription: String { "\(serving) on \(host), \(typed): \(leads ?? "refused")" }
    }

    private static let port: UInt16 = 9_000
    private static let cases = [
        Case(serving: .pinned, host: "127.0.0.1", leads: "pinned 127.0.0.1 9000"),
        Case(serving: .pinned, host: "0.0.0.0", leads: nil),
        Case(serving: .pinned, host: "127.0.0.1", typed: .init(port: 0), leads: nil),
        Case(
            serving: .pinned, host: "127.0.0.1", typed: .init(url: "https://here:0"), leads: nil),
        Case(
            serving: .pinned, host: "0.0.0.0", typed: .init(host: "192.0.2.1"),
            leads: "pinned 192.0.2.1 9000"),
        Case(
            serving: .pinned, host: "::", typed: .init(url: "https://[::1]:7000"),
            leads: "pinned ::1 7000"),
        Case(
            serving: .pinned, host: "127.0.0.1", typed: .init(url: "http://192.0.2.1:80"),
            leads: nil),
        Case(serving: .plain, host: "127.0.0.1", leads: "loopback 127.0.0.1 9000"),
        Case(serving: .plain, host: "127.0.0.1", typed: .init(host: "192.0.2.1"), leads: nil),
        Case(serving: .behindProxy, host: "127.0.0.1", leads: nil),
        Case(
            serving: .behindProxy, host: "127.0.0.1", typed: .init(url: "https://book.example.org"),
            leads: "public book.example.org 443"),
        Case(
            serving: .certificate(chain: "a", key: "b"), host: "192.0.2.1",
            leads: "public 192.0.2.1 9000"),
        Case(
            serving: .pinned, host: "127.0.0.1", typed: .init(host: "a b"), leads: nil),
        Case(
            serving: .pinned, host: "127.0.0.1",
            typed: .init(url: "https://book.example.org", port: 1), leads: nil),
    ]

    @Test(
        "a link leads to where the server was last reached, unless told otherwise", arguments: cases
    )
    func leads(_ tried: Case) throws {
        let record = ServingRecord(tried.serving, host: tried.host, port: Self.port)
        let address = try? LinkAddress(tried.typed, record: record)
        #expect(address.map { "\($0.mode) \($0.host) \($0.port)" } == tried.leads)
    }

    @Test("what a link says is read back whole, in all three modes")
    func roundTrip() throws {
        let office = try Office()
        try office.store.append { session in
            let pin = try session.announcedTLSIdentity().keys.current
            for mode in [PairingLink.Mode.pinned(pin), .public, .loopback] {
                let link = try session.makePairingLink(
                    workers: [office.ada], neighborhoods: [office.harbor], role: .outreach,
                    host: "::1", port: Self.port, mode: mode)
                #expect(PairingLink(link.description) == link)
                #expect(link.mode == mode)
            }
        }
    }

    @Test("how it served is remembered in the folder, and forgotten when it cannot be read")
    func remembered() throws {
        let office = try Office()
        let folder = office.store.folder
        #expect(ServingRecord(folder: folder) == nil)
        let record = ServingRecord(.behindProxy, host: "127.0.0.1", port: Self.port)
        try record.save(folder: folder)
        #expect(ServingRecord(folder: folder) == record)
        try Data("{".utf8).write(to: folder.appendingPathComponent(ServingRecord.fileName))
        #expect(ServingRecord(folder: folder) == nil)
    }
}
