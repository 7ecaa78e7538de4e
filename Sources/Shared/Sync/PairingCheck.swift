// A short number that the device and the office show once the two are paired: whoever compares them
// knows that this device is the one that was paired, and with this ledger.
// Source: docs/protocol.md section 7.1. Neighbors: `hourbook pair` prints it, the console shows it.

public enum PairingCheck {
    private static let digits = 6

    /// "417 902": the first 8 bytes of H("hourbook/pair-check/v1" 0x00 ‖ community ‖ replica ‖ raw
    /// ledger public key), modulo a million.
    public static func number(
        community: CommunityID, replica: ReplicaID, ledgerKey: [UInt8]
    ) -> String {
        let hash = Hash.of(
            Purpose.pairCheck.prefix + community.bytes + replica.bytes + ledgerKey)
        let value = hash.bytes.prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) } % 1_000_000
        let text = String(value)
        let padded = String(repeating: "0", count: digits - text.count) + text
        return "\(padded.prefix(digits / 2)) \(padded.suffix(digits / 2))"
    }
}
