// Forms that came after their session had ended, until whoever wrote them has signed in anew.
// Neighbors: ConsoleSite holds and shows them. In memory: a restart loses them, and nobody else
// sees them. Pure. Invariant: bounded, and given back to the same account alone.

internal import Faces
internal import Shared

struct HeldForms: Sendable {
    /// Of all accounts.
    static let formsMax = 100
    static let millisecondsMax: Int64 = 60 * 60_000

    private struct Form {
        let token: String
        let worker: EntityID
        let at: Instant
        let fields: FormFields
    }

    private var forms: [Form] = []

    mutating func hold(_ fields: FormFields, of worker: EntityID, token: String, at now: Instant) {
        if forms.count >= Self.formsMax { forms.removeFirst() }
        forms.append(Form(token: token, worker: worker, at: now, fields: fields))
    }

    /// Stays, so that the page can be loaded again.
    func find(_ token: String, of worker: EntityID, at now: Instant) -> FormFields? {
        guard !token.isEmpty else { return nil }
        return forms.last {
            $0.token == token && $0.worker == worker
                && now.milliseconds - $0.at.milliseconds < Self.millisecondsMax
        }?.fields
    }
}
