// What the office told this device after it had revoked it, and what of its events was decided.
// Neighbors: AnswerApplication keeps what an answer says; `waiting`, `status`, `history` and every
// command that records show it; ClientSchema makes the tables.
// Invariant: what was told once is kept; a later answer only adds to it.

internal import Foundation
internal import GRDB
internal import Shared
internal import Store

/// When the office took this device out of use.
struct KnownRevocation: Equatable {
    /// By the server's clock.
    let revokedAt: Instant
    /// Own events after this one wait for an admin.
    let asOf: Sequence64
    /// Decisions up to here have been told.
    let decidedTo: LedgerPosition

    /// By the calendar of whoever uses this device.
    func day(_ environment: Environment) -> CivilDate {
        revokedAt.date(utcOffsetMinutes: environment.utcOffsetMinutes())
    }
}

extension LedgerTables {
    /// Nil as long as no answer has said so.
    func knownRevocation() throws -> KnownRevocation? {
        try Row.fetchOne(
            db.cachedStatement(sql: "SELECT revoked_at, as_of, decided_to FROM revocation")
        ).map {
            KnownRevocation(
                revokedAt: Instant(milliseconds: $0[0]),
                asOf: Sequence64(UInt64($0[1] as Int64)),
                decidedTo: LedgerPosition(UInt64($0[2] as Int64)))
        }
    }

    func keep(_ told: Revocation) throws {
        let decidedTo = max(told.decidedTo, try knownRevocation()?.decidedTo ?? .start)
        try db.execute(
            sql: "INSERT OR REPLACE INTO revocation VALUES (1, ?, ?, ?)",
            arguments: [
                told.revokedAt.milliseconds, Int64(told.asOf.value), Int64(decidedTo.value),
            ])
        for decided in told.decided {
            try db.execute(
                sql: "INSERT OR IGNORE INTO own_decision VALUES (?, ?, ?)",
                arguments: [
                    Int64(decided.sequence.value), decided.choice.rawValue,
                    decided.position.map { Int64($0.value) },
                ])
        }
    }

    fileprivate func toldDecisions() throws -> [Sequence64: OwnDecision] {
        try Row.fetchAll(db, sql: "SELECT sequence, choice, position FROM own_decision")
            .reduce(into: [:]) { decisions, row in
                guard let choice = QuarantineChoice(rawValue: row[1]) else { return }
                decisions[Sequence64(UInt64(row[0] as Int64))] = OwnDecision(
                    choice: choice, reason: nil,
                    position: (row[2] as Int64?).map { LedgerPosition(UInt64($0)) })
            }
    }
}

/// What an admin decided about an own event that was kept apart.
struct OwnDecision: Equatable {
    let choice: QuarantineChoice
    /// As the admin wrote it, where it can be read here.
    let reason: String?
    /// Where it was admitted, when this device is not sent its place.
    let position: LedgerPosition?

    var sentence: String {
        switch choice {
        case .admit: "the office let it in\(position.map { ", at position \($0)" } ?? "")"
        case .reject: "the office did not accept it\(reason.map { ": \($0)" } ?? "")"
        }
    }
}

extension Aside {
    /// Own events that the office keeps apart, or has let in without sending this device their
    /// place.
    static func refused(of replica: ReplicaID, _ views: Views) -> Aside {
        Aside { dot in
            guard dot.replica == replica,
                let refused = try views.tables.refusedEvent(dot.sequence)
            else { return nil }
            let decision = try views.decisions(about: [refused])[refused.leaf]
            return Found(event: refused.event, choice: decision?.choice)
        }
    }
}

extension LocalBook {
    func decisions(about refused: [RefusedEvent]) throws -> [Hash: OwnDecision] {
        try views.decisions(about: refused)
    }
}

extension Views {
    /// Of each own event that is still kept apart here and was decided: by the ledger, or as a
    /// revoked device was told.
    fileprivate func decisions(about refused: [RefusedEvent]) throws -> [Hash: OwnDecision] {
        if refused.isEmpty { return [:] }
        let told = try tables.toldDecisions()
        let inLedger = try quarantineDecisions()
        return refused.reduce(into: [:]) { decisions, event in
            if let known = inLedger[event.leaf] {
                decisions[event.leaf] = OwnDecision(
                    choice: known.choice, reason: known.reason, position: nil)
            } else {
                decisions[event.leaf] = told[event.event.dot.sequence]
            }
        }
    }
}
