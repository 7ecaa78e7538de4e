// What admins do at the office's server: decide conflicts from views old and new, take decisions
// back, look at what is kept apart, grant hours, revoke devices. Neighbors: WorldSteps chooses.

import Foundation
import Shared
import Store
import TestSupport

@testable import SyncServer

extension World {
    func officeWork() throws {
        do {
            switch random.int(0...9) {
            case 0...4: try decideConflict()
            case 5: try undoDecision()
            case 7: try decideQuarantine()
            case 6: try moveMember()
            case 8: if try allowSplits() == 0 { try decideQuarantine() }
            default: try grant()
            }
        } catch {
            guard let refusal = Refusal(showing: error) else { throw error }
            truth.sentences.append(refusal.sentence)
            tell("the office is told: \(refusal.sentence)")
        }
    }

    /// Now and then from what was on the screen a while ago.
    private func decideConflict() throws {
        try office.store.append { session in
            let open = try session.views.conflicts()
            guard !open.isEmpty else { return }
            let conflict = pick(open)
            let old = random.chance(1, of: 3) ? UInt64(random.int(1...6)) : 0
            let position = session.position.value
            let seen = LedgerPosition(max(1, position > old ? position - old : position))
            let ruling = DeskRuling(choice: choice(about: conflict), reason: "as they said")
            try session.resolve(conflict.id, as: people.admin, seen: seen, ruling)
            tell("the office decides about a \(conflict.kind)")
        }
    }

    private func choice(about conflict: Conflict) -> DeskRuling.Choice {
        let letter = Views.letter(random.int(0...conflict.sides.count - 1))
        switch conflict.about {
        case .number: return .merge(field: "number", value: "\(random.int(100...999))")
        case .field: return .take([letter])
        case .amend, .void: return random.chance(1, of: 4) ? .void : .take([letter])
        case .duplicate, .resolution:
            return pick([.take([letter]), .bothHappened, .void])
        }
    }

    private func undoDecision() throws {
        try office.store.append { session in
            let made = try session.views.decisionDots()
            guard !made.isEmpty else { return }
            try session.undo(pick(made), as: people.admin, reason: "it was otherwise")
            tell("the office takes a decision back")
        }
    }

    private func decideQuarantine() throws {
        try office.store.append { session in
            let waiting = try QuarantineTable(session.db).list().filter { $0.choice == nil }
            guard !waiting.isEmpty else { return }
            let choice: QuarantineChoice = random.chance(1, of: 2) ? .admit : .reject
            try session.decide([pick(waiting).dot], choice, as: people.admin, reason: "looked at")
            tell("the office decides about what is kept apart: \(choice.name)")
        }
    }

    private func grant() throws {
        try office.store.append { session in
            let members = try session.views.entities(.member)
            guard !members.isEmpty else { return }
            try session.grant(
                Granting(
                    form: .grant, member: pick(members), minutes: Minutes(60),
                    date: session.now.date(utcOffsetMinutes: 0), reason: "for the start"),
                as: people.admin)
            tell("the office grants an hour")
        }
    }

    /// Devices that hold the other neighborhood only get what was recorded about the member.
    private func moveMember() throws {
        try office.store.append { session in
            let members = try session.views.entities(.member)
            guard !members.isEmpty,
                case .member(let member)? = try session.views.state(
                    of: pick(members)),
                let other = people.neighborhoods.first(where: {
                    .neighborhood($0) != member.home
                })
            else { return }
            _ = try session.move(
                member.id, to: other, number: nil, as: people.coordinator, reason: "a new flat")
            tell("the office moves \(member.id.short) to \(other.short)")
        }
        for handset in handsets { handset.met.insert(.moved) }
        tally.note(fault: .moved)
    }

    /// It holds other neighborhoods from now on, and may not hear of it for long.
    func rescope(_ handset: Handset) throws {
        guard office.store.standing == .whole else { return }
        let homes = people.neighborhoods
        let wanted = pick([[homes[0]], [homes[1]], homes])
        let isDone = try office.store.append { session in
            let device = try session.views.devices().first { $0.replica == handset.replica }
            guard let device, device.revokedAfter == nil,
                Set(device.neighborhoods) != Set(wanted)
            else { return false }
            try session.setScope(of: device, to: wanted, as: people.admin, reason: "other rounds")
            return true
        }
        guard isDone else { return }
        handset.met.insert(.rescoped)
        tally.note(fault: .rescoped)
        tell("\(handset.name) is to hold \(wanted.count == 2 ? "both" : wanted[0].short)")
    }

    func revoke(_ handset: Handset) throws {
        guard handsets.allSatisfy({ !$0.isRevoked }), office.store.standing == .whole
        else { return }
        try office.store.append { session in
            guard
                let device = try session.views.devices().first(where: {
                    $0.replica == handset.replica
                })
            else { return }
            try session.revoke(device, as: people.admin, reason: "lost on the tram")
        }
        let revoked = try office.store.read { views in
            Set(try views.devices().filter { $0.revokedAfter != nil }.map(\.replica))
        }
        for other in handsets where revoked.contains(other.replica) {
            other.isRevoked = true
            other.met.insert(.revoked)
        }
        tally.note(fault: .revoked)
        tell("\(handset.name) is revoked")
    }
}
