// A history as people read it: one block an event, and at the end what it came to.
// Neighbors: Views+History makes the record, `history` of both programs prints this.

extension HistoryRecord {
    public func text(_ ink: Ink) -> String {
        let head = ink.heading(subject.onOneLine) + "\n\(entity)\n"
        return head + events.map { "\n" + $0.text(ink) }.joined() + "\n" + outcome(ink)
    }

    private func outcome(_ ink: Ink) -> String {
        let waiting =
            needsDecision.isEmpty
            ? "" : "; needs a decision: \(needsDecision.joined(separator: ", "))"
        let now = "now: \(standing)\(waiting)".onOneLine
        return (needsAttention ? ink.attention(now) : ink.heading(now)) + "\n"
    }
}

extension HistoryEventRecord {
    fileprivate func text(_ ink: Ink) -> String {
        var lines = [what.onOneLine]
        if let reason { lines.append("  because: \(reason.onOneLine)") }
        if unreadable { lines.append("  its sealed words cannot be read here: no key for them") }
        lines.append("  by \(who), on \(whereabouts), \(recordedAt)".onOneLine)
        if let anew { lines.append("  handed in anew: it was \(anew)".onOneLine) }
        if let clock {
            lines.append("  " + ink.attention("that device's clock was at least \(clock)"))
        }
        lines.append("  " + (place == .admitted ? placeText : ink.attention(placeText)))
        return lines.map { $0 + "\n" }.joined()
    }

    private var who: String {
        if let worker { return worker }
        return workerID == nil ? "the office" : "a worker whose name cannot be read here"
    }

    private var whereabouts: String {
        device ?? "device \(replica.prefix(8)), which is not known here"
    }

    private var placeText: String {
        switch place {
        case .admitted:
            let entry = "position \(position ?? 0) in the ledger"
            guard device != Self.serverName, let receivedAt else { return entry }
            return "came to the office \(receivedAt), \(entry)"
        case .sent: return "sent; its place in the ledger comes with the next sync"
        case .onThisDevice: return "on this device only"
        case .keptApart:
            let came = receivedAt.map { "came to the office \($0); " } ?? ""
            let since = decided.map { "; since then: \($0)" } ?? ""
            return "\(came)kept apart: \(apart ?? "the office says why")\(since)".onOneLine
        }
    }
}
