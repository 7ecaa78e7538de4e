// What devices had of a branch that the office has lost: recorded there, offered, or kept from it.
// Neighbors: SetBack has the office; OfferTests and ForgedOfferTests go on from here.

import FaultInjection
import Foundation
import Shared
import Store
import Testing

@testable import SyncClient
@testable import SyncServer

extension SetBack {
    /// Copies the office, lets `branch` happen, puts the copy back and recovers. The tablet is the
    /// one that shows what it has seen.
    static func lost(
        _ branch: (SetBack) async throws -> Void
    ) async throws -> SetBack {
        let it = try await SetBack()
        try it.keepCopy()
        try await branch(it)
        try await it.sync("tablet")
        try it.putBack()
        let refused = try await it.sync("tablet")
        #expect(refused.problemType == "read-only")
        try it.recover()
        return it
    }

    /// Its author's folder is gone for good.
    func destroy(_ name: String) throws {
        try FileManager.default.removeItem(at: town.deviceFolder(name))
    }

    // MARK: What devices record

    func record(_ device: Device, _ make: (LocalBook) throws -> [Draft]) throws {
        _ = try Recording(device: device, worker: town.dana.description).record { book, _ in
            try make(book)
        }
    }

    /// The entry with these minutes, as a device holds it.
    func entry(_ minutes: Int64, _ book: LocalBook) throws -> HoursState {
        for id in try book.views.entities(.hours) {
            guard case .hours(let hours)? = try book.views.state(of: id) else { continue }
            if hours.shares.providers.map(\.minutes.value) == [minutes] { return hours }
        }
        throw HarnessError.nothingToSend
    }

    func void(_ minutes: Int64, on device: Device) throws {
        try record(device) { book in
            let entry = try entry(minutes, book)
            return [
                Draft(
                    .hoursVoided, subject: entry.id, home: entry.home, values: [:],
                    subjects: .entities(entry.shares.accounts))
            ]
        }
    }

    func amend(_ minutes: Int64, to date: CivilDate, on device: Device) throws {
        try record(device) { book in
            let entry = try entry(minutes, book)
            return [
                Draft(
                    changing: Kind.hoursRecorded.describedField(HoursField.serviceDate),
                    by: .hoursAmended, of: entry.id, home: entry.home, from: nil,
                    to: .date(date), reason: nil, subjects: entry.shares.accounts)
            ]
        }
    }

    // MARK: What came of it

    var office: (position: UInt64, minutes: Set<Int64>, parts: [VerifiedPart]) {
        get throws {
            try town.withStore { store in
                (
                    try store.read { $0.position.value }, Set(try Book(of: store).entries.keys),
                    try store.verified().differing
                )
            }
        }
    }

    func left(_ name: String) throws -> OrphanSummary {
        try read(name) { try $0.tables.orphans() }
    }
}

/// Hands requests on, and does something else with offers.
final class OfferTransport: Transport {
    enum Manner {
        /// The office has no time for them.
        case busy
        /// They arrive, and the answer does not.
        case cut
        /// They arrive twice.
        case twice
    }

    private let base: any Transport
    private let manner: Manner
    private(set) var offers: [[UInt8]] = []

    init(_ base: any Transport, _ manner: Manner) {
        (self.base, self.manner) = (base, manner)
    }

    func post(
        path: String, headers: [(name: String, value: String)], body: [UInt8]
    ) throws(TransportError) -> HTTPAnswer {
        guard path == SyncProtocol.offerPath else {
            return try base.post(path: path, headers: headers, body: body)
        }
        offers.append(body)
        switch manner {
        case .busy: return HTTPAnswer(status: 503, headers: [:], body: [])
        case .cut:
            _ = try base.post(path: path, headers: headers, body: body)
            throw .cut
        case .twice:
            _ = try base.post(path: path, headers: headers, body: body)
            return try base.post(path: path, headers: headers, body: body)
        }
    }
}

extension SetBack {
    /// A session whose offers go otherwise.
    func sync(
        _ name: String, offers manner: OfferTransport.Manner
    ) async throws -> (report: SyncReport, offers: Int) {
        let town = town
        return try await town.serving { port in
            try await apart {
                let device = try town.open(name)
                defer { device.close() }
                let transport = OfferTransport(
                    try town.transport(device, port: port), manner)
                let report = try town.session(device, over: transport).run()
                return (report, transport.offers.count)
            }
        }
    }
}
