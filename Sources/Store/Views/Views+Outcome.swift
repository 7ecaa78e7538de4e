// What an entity is and where it stands now, in a word: the end of its history.
// Neighbors: Views+History; the deciders of Shared compute it.

internal import Foundation
internal import GRDB
public import Shared
internal import Texts

/// `standing` as in HistoryRecord.
struct EntityOutcome {
    let standing: String
    var needsDecision: [String] = []
    var isOutOfUse = false

    var needsAttention: Bool { isOutOfUse || !needsDecision.isEmpty }
}

extension Views {
    func outcome(of entity: EntityID) throws -> EntityOutcome {
        switch try state(of: entity) {
        case .hours?: try outcome(ofEntry: entity)
        case .member(let member)?:
            EntityOutcome(
                standing: member.isActive ? "active" : "inactive",
                needsDecision: disputed(member.conflicts, creating: .memberEnrolled)
                    + (try hasDisputedNumber(member) ? ["number"] : []))
        case .device(let device)?:
            EntityOutcome(
                standing: device.revokedAfter == nil ? "in use" : "revoked",
                isOutOfUse: device.revokedAfter != nil)
        case .quarantine(let state)?:
            EntityOutcome(
                standing: "\(state.decided.count) of \(state.events.count) decided",
                isOutOfUse: state.decided.count < state.events.count)
        case .question(let question)?:
            EntityOutcome(standing: question.isAnswered ? "answered" : "not answered yet")
        case .worker(let worker)?: EntityOutcome(standing: worker.role.name)
        case .neighborhood?, .community?: EntityOutcome(standing: "in use")
        case nil: try outcome(aside: entity)
        }
    }

    private func outcome(aside entity: EntityID) throws -> EntityOutcome {
        guard let found = try aside.find(entity.dot) else {
            return EntityOutcome(standing: "not in this book", isOutOfUse: true)
        }
        return switch found.choice {
        case nil: EntityOutcome(standing: "not admitted yet", isOutOfUse: true)
        case .reject?: EntityOutcome(standing: "not admitted", isOutOfUse: true)
        case .admit?: EntityOutcome(standing: "in the office's book")
        }
    }

    private func outcome(ofEntry entity: EntityID) throws -> EntityOutcome {
        guard let record = try hours(entity) else { return EntityOutcome(standing: "unknown") }
        let isCounting = record.standing == EntryStanding.counts.name
        // A dispute marks and decides nothing: it is said beside where the entry stands.
        let standing = [record.standing] + record.disputedBy.map { "disputed by \($0)" }
        return EntityOutcome(
            standing: standing.joined(separator: ", "), needsDecision: record.disputed,
            isOutOfUse: !isCounting || !record.disputedBy.isEmpty)
    }

    private func hasDisputedNumber(_ member: MemberState) throws -> Bool {
        guard let number = member.number, let home = try tables.existingScopeNumber(member.home)
        else { return false }
        let count = try Int.fetchOne(
            db,
            sql: """
                SELECT count(*) FROM member WHERE home = ? AND number = ? AND canonical = entity
                """, arguments: [home, number])
        return (count ?? 0) > 1
    }

    /// What the entity is, in words, for every family.
    public func historySubject(_ entity: EntityID) throws -> String {
        switch try state(of: entity) {
        case .hours?, .member?: try subject(entity)
        case .worker(let worker)?:
            voice(
                "subject_worker",
                ["name": .text(try workerName(worker.id) ?? voice("name_unreadable"))])
        case .device(let device)?: voice("subject_device", ["name": .text(device.label)])
        case .neighborhood(let place)?:
            voice("subject_neighborhood", ["code": .text(place.code), "name": .text(place.name)])
        case .community(let community)?:
            voice("subject_community", ["name": .text(community.name)])
        case .quarantine(let state)?:
            voice("subject_apart", ["n": "\(state.events.count)"])
        case .question(let question)?:
            voice(
                "subject_question",
                ["what": .text(try historySubject(question.matter.entity))])
        case nil: try asideLabel(of: entity) ?? entity.short
        }
    }
}
