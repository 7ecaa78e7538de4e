// What a mapped row says → a draft, by the rules of the command that records one by hand.
// Neighbors: MappedRows reads the row, Finder finds who is meant, HoursDrafts checks hours.

internal import Shared
internal import Store

struct RowDrafts {
    let target: ImportTarget
    let neighborhood: NeighborhoodState
    let finder: Finder
    let hours: HoursDrafts

    func draft(_ row: MappedRow) throws -> Draft {
        guard let form = target.form else { return try member(row) }
        var values = try values(row)
        values[HoursField.origin] = .integer(HoursOrigin.imported.rawValue)
        let minutes = try Minutes(typed: row.texts[ImportTarget.Field.minutes]?.first ?? "")
        try hours.checkMinutes(minutes, form: form)
        let (providers, recipients) = try parties(row)
        let shares = try hours.shares(
            providers: providers, recipients: recipients, minutes: minutes)
        return try hours.draft(
            form: form, shares: shares, values: values, importKey: row.importKey)
    }

    private func member(_ row: MappedRow) throws -> Draft {
        Draft(
            .memberEnrolled, home: .neighborhood(neighborhood.id), values: try values(row),
            subjects: .itself, importKey: row.importKey)
    }

    private func values(_ row: MappedRow) throws -> Payload {
        var typed: Typed = [:]
        for field in target.described { typed[field.number] = row.texts[field.name] }
        return try finder.values(typed, of: target.kind)
    }

    private func parties(
        _ row: MappedRow
    ) throws -> (providers: [PartyDraft], recipients: [PartyDraft]) {
        func people(_ name: String) throws -> [PartyDraft] {
            try row.texts[name, default: []].map { try finder.party($0, in: neighborhood) }
        }
        let pot = [PartyDraft(neighborhood.id)]
        return switch target {
        case .exchange:
            (
                try people(ImportTarget.Field.provider),
                try people(ImportTarget.Field.recipient)
            )
        case .contribution: (try people(ImportTarget.Field.provider), pot)
        case .donation: (pot, try people(ImportTarget.Field.donor))
        case .redemption: (pot, try people(ImportTarget.Field.member))
        case .member: ([], [])
        }
    }
}
