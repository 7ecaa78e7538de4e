// What people are told of an office that was set back and has gone on. Neighbors: StatusCommand and
// SyncRun print it; OrphanTable and EvidenceTable know.

internal import Store

extension StatusCommand {
    func tellEpochs(_ status: StatusRecord) {
        if status.notBack > 0 {
            Screen.warn(
                "THE OFFICE WAS SET BACK: \(status.notBack) entries of others that were here have "
                    + "not come back\(status.notBackSince.map { " since \($0)" } ?? "")"
                    + "\(status.whyNotBack). They are kept on this device; tell the office")
        } else if status.broughtBack > 0, let last = status.broughtBackAt {
            print(
                "the office was set back: all \(status.broughtBack) entries of others that were "
                    + "here are back since \(last)")
        }
        if let contradiction = status.contradictions.first {
            Screen.warn(
                "THE OFFICE SIGNED TWO LEDGERS: \(contradiction). This device follows the later "
                    + "one and keeps both signed notes; what was only in the other is offered to "
                    + "the office. Tell the office")
        }
    }
}

extension StatusRecord {
    fileprivate var whyNotBack: String {
        var reasons: [String] = []
        if notBackUnproven > 0 {
            reasons.append("\(notBackUnproven) were not signed yet, so only their authors can")
        }
        if notBackRefused > 0 {
            reasons.append("\(notBackRefused) the office did not take")
        }
        return reasons.isEmpty ? "" : " (\(reasons.joined(separator: "; ")))"
    }
}

extension SyncRun {
    func tellEpochs(_ report: SyncReport) {
        if report.contradictions > 0 {
            Screen.note(
                "warning: the office's ledger goes on against what it had signed; see `hourbook "
                    + "status`, and tell the office")
        }
        if report.broughtBack > 0 {
            Screen.note(
                "  \(report.broughtBack) entries that the office had lost are there again"
            )
        }
    }
}
