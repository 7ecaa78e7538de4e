// A device's pages, asked as a browser asks. Neighbors: the suites about pages; Bench has the
// device, scripts/check-browser a real browser.

import Foundation
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import NIOEmbedded
import Shared
import Store
import Synchronization
import TestSupport
import Testing

@testable import Faces
@testable import SyncClient

/// Asks as a browser that has the key.
struct Asker: Sendable {
    static let key = "00112233445566778899aabbccddeeff"
    static let origin = "http://127.0.0.1:8421"

    let site: FieldSite

    init(_ device: Device) {
        let desk = FieldDesk(device, folder: FileManager.default.temporaryDirectory)
        site = FieldSite(desk: desk, gate: Gate(port: 8421, key: Self.key))
    }

    func ask(
        _ method: HTTPRequest.Method, _ path: String, _ form: [String: String] = [:],
        language: String = "en", cookies: String? = nil
    ) async throws -> (response: Response, text: String) {
        let body = form.map { "\($0)=\(escaped($1))" }.joined(separator: "&")
        var headers: HTTPFields = [
            .cookie: (["hourbook-8421=\(Self.key)"] + [cookies].compactMap(\.self))
                .joined(separator: "; "),
            .acceptLanguage: language,
        ]
        if method == .post { headers[.origin] = Self.origin }
        let request = Request(
            head: HTTPRequest(
                method: method, scheme: "http", authority: "127.0.0.1:8421", path: path,
                headerFields: headers),
            body: RequestBody(buffer: ByteBuffer(string: body)))
        let context = BasicRequestContext(
            source: ApplicationRequestContextSource(
                channel: EmbeddedChannel(), logger: Logger(label: "test")))
        let response = try await site.respond(to: request, context: context)
        let writer = Writer()
        try await response.body.write(writer)
        return (response, String(decoding: writer.bytes.withLock { $0 }, as: UTF8.self))
    }

    private func escaped(_ text: String) -> String {
        text.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
    }

    private final class Writer: ResponseBodyWriter, Sendable {
        let bytes = Mutex<[UInt8]>([])
        func write(_ buffer: ByteBuffer) async throws {
            bytes.withLock { $0 += buffer.readableBytesView }
        }
        func finish(_ trailingHeaders: HTTPFields?) async throws {}
    }
}

/// A device's pages, and one browser that has the key.
struct Browser {
    let asker: Asker
    let bench: Bench
    let ana: EntityID
    let omar: EntityID

    init(
        workers: [EntityID] = [OfficeInMemory.dana], folder: URL? = nil, role: Role = .outreach
    ) throws {
        let office = try OfficeInMemory(role: role)
        bench = try Bench(
            office: office, workers: workers,
            numberBlocks: [
                NumberBlock(neighborhood: OfficeInMemory.harbor, first: 1_001, last: 1_100)
            ], folder: folder)
        _ = try bench.sync()
        ana = try bench.enroll(1, "Ana Ruiz")
        omar = try bench.enroll(2, "Omar Haddad")
        asker = Asker(bench.device)
    }

    /// The same device, by a program that was started again.
    init(again browser: Browser) {
        (bench, ana, omar) = (browser.bench, browser.ana, browser.omar)
        asker = Asker(browser.bench.device)
    }

    func ask(
        _ method: HTTPRequest.Method, _ path: String, _ form: [String: String] = [:],
        language: String = "en", cookies: String? = nil
    ) async throws -> (response: Response, text: String) {
        try await asker.ask(method, path, form, language: language, cookies: cookies)
    }

    func events() throws -> [Event] {
        try bench.device.read { book in
            try (0..<book.head.sequence.value).compactMap {
                try book.ownEvent(Sequence64($0 + 1))?.event
            }
        }
    }

    func happenings(_ id: String) throws -> Int {
        try bench.device.read { try $0.history(id).events.count }
    }

    func recorded() async throws -> String {
        _ = try await ask(
            .post, "/record", ["gave": "HAR-1", "received": "HAR-2", "chip": "60", "once": "r"])
        return try #require(try events().last).entity.description
    }

    /// Says so when it was not answered as a form that was done: by another page to go to.
    @discardableResult
    func send(_ path: String, _ form: [String: String]) async throws -> String {
        let (response, text) = try await ask(.post, path, form)
        #expect(response.status == .seeOther, "\(path): \(text.faults)")
        return response.headers[.location] ?? ""
    }
}

extension String {
    /// What of a page says why something was not done.
    var faults: String {
        split(separator: "class=\"faults\"").dropFirst().first.map { String($0.prefix(400)) }
            ?? String(prefix(200))
    }
}
