// The network between a device and the office, as a seed decides: requests and answers that are
// lost, cut at any byte, damaged, repeated, or that arrive when nobody waits for them any more.
// Neighbors: SyncSession speaks into it, Office answers, World says what goes wrong.

import FaultInjection
import Foundation
import Shared
import Store
import TestSupport

@testable import SyncClient

/// A request as it left its device.
struct Parcel {
    let path: String
    let headers: [(name: String, value: String)]
    let body: [UInt8]
}

final class Wire: Transport {
    /// What goes wrong in this session, if anything.
    let fault: Fault?
    private(set) var hasStruck = false
    /// The office's process died while it answered.
    private(set) var officeDied = false
    /// Arrives at the office after this session has ended.
    private(set) var late: [Parcel] = []
    /// The last one that arrived: somebody may send it again.
    private(set) var arrived: Parcel?
    private let office: Office
    private var random: SeededRandom
    /// Requests that go well before the fault.
    private var grace: Int
    private let heard: (SyncResponse) -> Void

    init(
        to office: Office, fault: Fault?, random: SeededRandom,
        heard: @escaping (SyncResponse) -> Void
    ) {
        self.office = office
        self.fault = fault
        self.heard = heard
        self.random = random
        grace = self.random.chance(2, of: 3) ? 0 : self.random.int(1...2)
    }

    func post(
        path: String, headers: [(name: String, value: String)], body: [UInt8]
    ) throws(TransportError) -> HTTPAnswer {
        let parcel = Parcel(path: path, headers: headers, body: body)
        arrived = parcel
        guard let fault, grace == 0 else {
            grace -= 1
            return deliver(parcel)
        }
        // Once in a session: what comes after shows whether it has been got over.
        grace = -1
        hasStruck = true
        switch fault {
        case .requestLost: throw .cannotConnect
        case .requestCut: throw random.chance(1, of: 2) ? .cut : .timedOut
        case .answerLost:
            _ = deliver(parcel)
            throw .timedOut
        case .answerCut:
            _ = deliver(parcel)
            throw .cut
        case .answerDamaged: return damaged(deliver(parcel))
        case .duplicated:
            _ = deliver(parcel)
            return deliver(parcel)
        case .delayed:
            late.append(parcel)
            throw .timedOut
        case .officeBusy: return HTTPAnswer(status: 503, headers: [:], body: [])
        case .officeStruck, .officeDiskError: return try struck(parcel, fault)
        case .deviceStruck, .recordingStruck, .deviceDiskError, .deviceClock, .officeClock,
            .restored, .cloned, .split, .revoked, .odd, .forged, .late, .damaged, .rescoped,
            .moved, .setBack:
            hasStruck = false
            return deliver(parcel)
        }
    }

    private func deliver(_ parcel: Parcel) -> HTTPAnswer {
        let answer = office.answer(
            path: parcel.path, headers: parcel.headers, body: parcel.body)
        if answer.status == 200, let response = try? SyncResponse(decoding: answer.body) {
            heard(response)
        }
        return answer
    }

    /// As no TLS lets happen, but a broken server or a proxy may.
    private func damaged(_ answer: HTTPAnswer) -> HTTPAnswer {
        var body = answer.body
        guard !body.isEmpty else { return answer }
        let index = random.int(0...body.count - 1)
        switch random.int(0...2) {
        case 0: body[index] ^= 1 << UInt8(random.int(0...7))
        case 1: body.removeLast(body.count - index)
        default: body += random.bytes(random.int(1...20))
        }
        return HTTPAnswer(status: answer.status, headers: answer.headers, body: body)
    }

    private func struck(_ parcel: Parcel, _ fault: Fault) throws(TransportError) -> HTTPAnswer {
        let modes: [FaultVFS.Mode] =
            fault == .officeDiskError
            ? [.error, .full, .noMemory] : [.kill, .torn, .power, .powerMixed]
        let mode = modes[random.int(0...modes.count - 1)]
        FaultVFS.arm(
            office.folder, anyOf: [.write, .sync], onlyCommits: false, nth: random.int(1...14),
            mode)
        let answer = deliver(parcel)
        guard FaultVFS.disarm() != nil else {
            hasStruck = false
            return answer
        }
        guard mode.isDeath else {
            // Somebody starts it again, as its log says.
            officeDied = office.mayNotWrite
            return answer
        }
        // A process that died says nothing, and what SQLite had open died with it.
        officeDied = true
        throw .cut
    }
}
