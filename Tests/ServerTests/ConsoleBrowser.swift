// A browser at the office's console: asks as browsers do, and keeps its cookies.
// Neighbors: the Console…Tests; scripts/check-console does the same in a real one.

import Foundation
import GRDB
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import NIOEmbedded
import Shared
import Store
import Synchronization
import Testing

@testable import Faces
@testable import SyncServer

extension ScryptCost {
    /// So that tests take no time; the figures that count are in `standard`.
    static let tests = ScryptCost(rounds: 2, blockSize: 1, parallelism: 1)
}

final class ConsoleBrowser: Sendable {
    static let passphrase = "lamp river copper tent"

    let site: ConsoleSite
    let door: ConsoleDoor
    private let cookies = Mutex<[String: String]>([:])

    init(_ site: ConsoleSite) {
        self.site = site
        door = site.door
    }

    struct Answer {
        let response: Response
        let text: String
        var status: HTTPResponse.Status { response.status }
        var location: String? { response.headers[.location] }

        /// The value of a hidden field.
        func hidden(_ name: String) -> String {
            let pattern = "name=\"\(name)\" value=\""
            guard let start = text.range(of: pattern)?.upperBound else { return "" }
            return String(text[start...].prefix { $0 != "\"" })
        }
    }

    var host: String { door == .loopback ? "127.0.0.1:8420" : "book.example.org" }
    var origin: String { "\(door == .loopback ? "http" : "https")://\(host)" }

    func get(_ path: String, language: String = "en") async throws -> Answer {
        try await ask(.get, path, language: language)
    }

    func post(_ path: String, _ form: [(String, String)] = []) async throws -> Answer {
        try await ask(.post, path, form, headers: [.origin: origin])
    }

    func ask(
        _ method: HTTPRequest.Method, _ path: String, _ form: [(String, String)] = [],
        headers more: HTTPFields = [:], language: String = "en",
        host: String? = nil
    ) async throws -> Answer {
        var headers = more
        headers[.acceptLanguage] = language
        let kept = cookies.withLock { $0 }
        headers[.cookie] = kept.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
            .joined(separator: "; ")
        let body = form.map { "\($0)=\(FormFields.encoded($1))" }.joined(separator: "&")
        let request = Request(
            head: HTTPRequest(
                method: method, scheme: "http", authority: host ?? self.host, path: path,
                headerFields: headers),
            body: RequestBody(buffer: ByteBuffer(string: body)))
        let context = OfficeContext(
            source: ApplicationRequestContextSource(
                channel: EmbeddedChannel(), logger: Logger(label: "test")))
        let response = try await site.respond(to: request, context: context)
        keep(response.headers[values: .setCookie])
        let writer = Writer()
        try await response.body.write(writer)
        return Answer(
            response: response,
            text: String(decoding: writer.bytes.withLock { $0 }, as: UTF8.self))
    }

    func set(_ name: String, _ value: String) { cookies.withLock { $0[name] = value } }

    private func keep(_ lines: [String]) {
        for line in lines {
            let parts = line.split(separator: ";").first?.split(separator: "=", maxSplits: 1)
            guard let parts, let name = parts.first else { continue }
            let value = parts.count > 1 ? String(parts[1]) : ""
            cookies.withLock { $0[String(name)] = value.isEmpty ? nil : value }
        }
    }

    private final class Writer: ResponseBodyWriter, Sendable {
        let bytes = Mutex<[UInt8]>([])
        func write(_ buffer: ByteBuffer) async throws {
            bytes.withLock { $0 += buffer.readableBytesView }
        }
        func finish(_ trailingHeaders: HTTPFields?) async throws {}
    }

    // MARK: What people do

    /// Opens an invitation and chooses the passphrase.
    @discardableResult
    func join(_ invitation: ServerStore.Invitation) async throws -> Answer {
        try await post(
            "/join",
            [
                ("token", invitation.token), ("passphrase", Self.passphrase),
                ("again", Self.passphrase),
            ])
    }

    @discardableResult
    func signIn(
        _ name: String, _ passphrase: String = ConsoleBrowser.passphrase, back: String = "/"
    ) async throws -> Answer {
        try await post(
            "/sign-in", [("name", name), ("passphrase", passphrase), ("back", back)])
    }
}

extension Office {
    func site(_ door: ConsoleDoor = .loopback) -> ConsoleSite {
        ConsoleSite(ConsoleDesk(store, cost: .tests), door: door)
    }

    /// Somebody who has an account, signed in.
    func browser(of worker: EntityID, at site: ConsoleSite) async throws -> ConsoleBrowser {
        let browser = ConsoleBrowser(site)
        try await browser.join(try store.invite(worker))
        return browser
    }

    /// All that the pages may change: the ledger's end, and what stands beside it.
    func fingerprint() throws -> [String] {
        try store.read { views in
            let tables = [
                "console_account", "console_invitation", "console_session",
                "conflict_assignment", "pairing_link", "quarantine", "split_allowance",
            ]
            return try ["\(views.position)"]
                + tables.flatMap { table in
                    try Row.fetchAll(views.tables.db, sql: "SELECT * FROM \(table)").map { row in
                        "\(table) " + row.map { "\($0)=\($1.storage)" }.joined(separator: " ")
                    }
                }
        }
    }
}
