// The area of a checkup that tells of an office which signed two ledgers. Neighbors: Checkup lists
// it, EvidenceTable keeps what it is known by.

internal import Shared
internal import Store

extension Checkup {
    static func epochs(_ book: LocalBook) throws -> Area {
        let evidence = try book.tables.epochEvidence()
        let epoch = try book.epoch.value
        let lost = try book.tables.orphans()
        if evidence.isEmpty, lost.count > 0 {
            return Area(
                name: "office's ledger", isWell: false,
                finding: "the office was set back: \(lost.count) entries of others that were here "
                    + "have not come back",
                action: "tell the office, and let every device sync: others may have them",
                facts: ["epoch": "\(epoch)", "notBack": "\(lost.count)"])
        }
        return Area(
            name: "office's ledger", isWell: evidence.isEmpty,
            finding: evidence.isEmpty
                ? "epoch \(epoch): all that the office signed for this device agrees"
                : "the office signed two different ledgers: \(evidence[0].reason)",
            action: evidence.isEmpty
                ? nil : "show the office `hourbook status`: this device keeps both notes",
            facts: ["epoch": "\(epoch)", "evidence": "\(evidence.count)"])
    }
}
