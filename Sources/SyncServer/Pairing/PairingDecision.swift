// Whether a device may pair by a link: pure.
// Neighbors: PairRoute loads the link and carries out the verdict; PairingLinks.swift keeps links.
// Invariant: a link is bound to the first key that proves its secret, and to no other.

internal import Shared

/// What a pairing link grants, as the office wrote it down.
struct PairingGrant: Equatable, Sendable {
    let id: [UInt8]
    let secret: [UInt8]
    let workers: [EntityID]
    let neighborhoods: [EntityID]
    let role: Role
    let expiresAt: Instant
    /// The replica it was used by.
    let replica: ReplicaID?
    /// Where it leads; nil for one from before it was kept.
    var address: LinkAddress?

    /// Long enough for a laptop to travel, short enough that a lost paper is worthless.
    static let daysValid: Int64 = 7
    static let hoursValid = 1...(daysValid * 24)

    /// A link that was made while the server's clock was years ahead is not good for years; a clock
    /// that is set back by a few hours spoils none.
    func isValid(at now: Instant) -> Bool {
        let latest = now.milliseconds + (Self.daysValid + 1) * 86_400_000
        return now < expiresAt && expiresAt.milliseconds <= latest
    }
}

enum PairingRefusal: Error, Equatable, CaseIterable, Sendable {
    case unknownLink, wrongProof, expired, usedByAnother, pairedAlready, badLabel

    /// A guesser learns nothing: an unknown link and a wrong proof read the same.
    var sentence: String {
        switch self {
        case .unknownLink, .wrongProof:
            "this pairing link is not valid here; ask the office for a new one"
        case .expired: "this pairing link has expired; ask the office for a new one"
        case .usedByAnother:
            "another device has used this pairing link; tell the office, and ask for a new one"
        case .pairedAlready: "this device is paired already, by another link"
        case .badLabel: "the device's name must be 1 to 100 characters"
        }
    }
}

enum PairingVerdict: Equatable, Sendable {
    case pair(ReplicaID, PairingGrant)
    /// The same key again: the same answer again.
    case repeatAnswer(ReplicaID)
    case refuse(PairingRefusal)
}

func decidePairing(
    _ request: PairRequest, grant: PairingGrant?, isPaired: Bool, community: CommunityID,
    now: Instant
) -> PairingVerdict {
    guard let grant else { return .refuse(.unknownLink) }
    let isProven = PairingProof.isValid(
        request.proof, secret: grant.secret, community: community,
        signingKey: request.signingKey, receivingKey: request.receivingKey, label: request.label)
    guard isProven else { return .refuse(.wrongProof) }
    guard grant.isValid(at: now) else { return .refuse(.expired) }
    let replica = ReplicaID(signingKey: request.signingKey)
    if let user = grant.replica {
        return user == replica ? .repeatAnswer(replica) : .refuse(.usedByAnother)
    }
    if isPaired { return .refuse(.pairedAlready) }
    guard (1...100).contains(request.label.unicodeScalars.count) else { return .refuse(.badLabel) }
    return .pair(replica, grant)
}
