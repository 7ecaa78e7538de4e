// Proof that an entry has its place in the ledger, as text that others' programs read too.
// Source: c2sp.org/tlog-proof. Neighbors: InclusionProof makes the hashes, Checkpoint what is
// signed; the console shows it.

internal import Foundation

extension SignedCheckpoint {
    /// Of the leaf at an index of the checkpoint's tree. Whoever has the entry's bytes and the
    /// ledger's public key can check it without us.
    public func proofText(of index: UInt64, _ proof: InclusionProof) -> String {
        let hashes = proof.hashes.map { Data($0.bytes).base64EncodedString() + "\n" }
        return "c2sp.org/tlog-proof@v1\nindex \(index)\n\(hashes.joined())\n\(note)"
    }
}
