// A community as the console's pages are tried on: one device, two members, entries kept apart.
// Neighbors: Office has the routes of devices, ConsoleBrowser the pages.

import Hummingbird
import HummingbirdTesting
import Shared
import Store
import TestSupport
import Testing

@testable import SyncServer

struct ConsoleTown {
    let office: Office
    let site: ConsoleSite
    let device: FieldDevice
    /// Of Harbor.
    let members: [EntityID]
    /// In the book of Mill Hill, which the device does not hold.
    let kept: [Dot]

    var replica: ReplicaID { device.author.replica }

    init(kept count: Int = 2, name: String = "Ana") async throws {
        let office = try Office()
        (device, members, kept) = try await office.serve { client in
            var device = FieldDevice(office, number: 1)
            try await device.pair(client)
            let members = try [1, 2].map { try device.enroll("\(name) \($0)", number: $0) }
            device.author.home = .neighborhood(office.millHill)
            let kept = (0..<count).map { _ in
                device.author.write(.hoursRecorded, .exchange(members[0], to: members[1])).dot
            }
            device.author.home = .neighborhood(office.harbor)
            try await device.sync(client)
            return (device, members, kept)
        }
        self.office = office
        site = office.site()
    }

    func browser(_ worker: EntityID? = nil) async throws -> ConsoleBrowser {
        try await office.browser(of: worker ?? office.ada, at: site)
    }

    var position: LedgerPosition {
        get throws { try office.store.read { $0.position } }
    }

    /// What the server itself wrote after a position.
    func written(after position: LedgerPosition) throws -> [Event] {
        try office.store.read { views in
            try views.tables.entries(after: position, limit: 1_000).map {
                try Event(decoding: $0.bytes)
            }
        }.filter { $0.dot.replica == office.store.keys.replica.replica }
    }

    func undecided() throws -> Int {
        try office.store.read { try QuarantineTable($0.tables.db).undecided().count }
    }
}
