// The area of a checkup that tells of an office which signed two ledgers, or was set back and has
// not got everything again. Neighbors: Checkup lists it, EvidenceTable and OrphanTable keep what it
// is known by.

internal import Shared
internal import Store

extension Checkup {
    static func epochs(_ book: LocalBook) throws -> Area {
        let (evidence, lost) = (try book.tables.epochEvidence(), try book.tables.orphans())
        let epoch = try book.epoch.value
        let (finding, action): (String, NextAction?)
        if let first = evidence.first {
            finding = "the office signed two different ledgers: \(first.reason)"
            action = .showEvidence
        } else if lost.count > 0 {
            finding =
                "the office was set back: \(lost.count) entries of others that were here have not "
                + "come back"
            action = .awaitOthers
        } else {
            finding = "epoch \(epoch): all that the office signed for this device agrees"
            action = nil
        }
        return Area(
            name: "office's ledger", isWell: action == nil, finding: finding, action: action,
            facts: [
                "epoch": "\(epoch)", "evidence": "\(evidence.count)", "notBack": "\(lost.count)",
            ])
    }
}
