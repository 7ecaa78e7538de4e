// Who gave and who received, as people mean it, for every form of entry.
// Source: docs/glossary.md. Neighbors: Views of entries, histories and conflicts speak by this.
// Invariant: where only credits change hands, whoever parts with them gave, and whoever gets them
// received. In the postings' terms credits flow from recipient to provider.

public import Shared
internal import Texts

extension HoursForm {
    /// No service was given: credits went from one account to another.
    private var movesCreditsOnly: Bool {
        switch self {
        case .exchange, .contribution: false
        case .donation, .grant, .openingBalance, .redemption: true
        }
    }

    /// The two sides of the postings in the order of giving.
    public func asMeant<Party>(
        providers: Party, recipients: Party
    ) -> (gave: Party, received: Party) {
        movesCreditsOnly
            ? (gave: recipients, received: providers) : (gave: providers, received: recipients)
    }

    /// Who did what for whom, in words.
    func sentence(providers: String, time: String, recipients: String) -> Phrase {
        let sides = asMeant(providers: providers, recipients: recipients)
        let key =
            switch self {
            case .exchange, .contribution, .donation: "gave_to"
            case .redemption: "paid_to"
            case .grant, .openingBalance: "got_from"
            }
        return Phrase(
            key,
            ["gave": .text(sides.gave), "time": .text(time), "received": .text(sides.received)])
    }
}

extension HoursForm? {
    /// Of an entry whose form is not known here, what is true of every form is said.
    func sentence(providers: String, time: String, recipients: String) -> Phrase {
        self?.sentence(providers: providers, time: time, recipients: recipients)
            ?? Phrase(
                "credited_by",
                [
                    "received": .text(providers), "time": .text(time), "gave": .text(recipients),
                ])
    }
}
