// The practice book: a device like any other, that no office can ever reach.
// Neighbor: PracticeCommunity makes it.

import Foundation
import Shared
import Store
import TestSupport
import Testing

@testable import SyncClient

@Suite("Practice")
struct PracticeTests {
    private struct Place {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("practice-\(ProcessInfo.processInfo.globallyUniqueString)")
        let environment: Shared.Environment

        init() {
            let random = RandomInMemory(seed: 11)
            environment = Environment(
                now: { Instant(milliseconds: 1_774_353_600_000) }, utcOffsetMinutes: { 0 },
                randomBytes: { random.bytes($0) })
        }

        func open() throws -> Device {
            try PracticeCommunity(folder: folder, environment: environment).open()
        }
        func remove() { try? FileManager.default.removeItem(at: folder) }
    }

    @Test("it is whole, has people and entries, and stays as it was left")
    func whole() throws {
        let place = Place()
        defer { place.remove() }
        let names = try place.open().read { book in
            #expect(try book.verified().allSatisfy(\.isWhole))
            #expect(try book.views.hours().count == 7)
            return try book.views.members().map { try book.views.record($0).name }
        }
        #expect(names.count == 12 && names.contains("Ana Ruiz"))
        let again = try place.open()
        #expect(try again.read { try $0.views.hours().count } == 7)
    }

    @Test("it syncs with nobody, whatever link it is given")
    func alone() throws {
        let place = Place()
        defer { place.remove() }
        let device = try place.open()
        #expect(throws: UserError.self) { try CurlTransport(of: device) }
        let link = PairingLink(
            host: "127.0.0.1", port: 8420, mode: .loopback, id: counting(1, 16),
            secret: counting(2, 32), ledger: .of(Fixed.ledger.signingPublicKey))
        #expect(throws: UserError.self) {
            try Pairing(folder: place.folder, environment: place.environment)
                .pair(link, label: "tablet", over: try OfficeInMemory())
        }
        #expect(try place.open().paired.isPractice)
    }
}
