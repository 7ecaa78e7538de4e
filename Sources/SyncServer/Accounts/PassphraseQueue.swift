// Where passphrases are computed: off the event loop, a few at a time, and only so many waiting.
// Neighbors: the console's sign-in and joining ask; Passphrase says what one costs.
// Invariant: whoever asks a thousand times fills neither memory nor all processors.

internal import Foundation

final class PassphraseQueue: Sendable {
    /// Each takes a processor and 32 MiB for the time.
    static let parallelMax = 2
    /// About four seconds of work; who comes beyond is told to come again.
    static let waitingMax = 32

    struct Busy: Error {}

    let cost: ScryptCost
    private let queue = OperationQueue()

    init(cost: ScryptCost = .standard) {
        self.cost = cost
        queue.maxConcurrentOperationCount = Self.parallelMax
    }

    /// - Throws: `Busy`
    func hash(_ passphrase: String, salt: [UInt8]) async throws -> PassphraseHash {
        try await run { [cost] in try PassphraseHash(of: passphrase, cost: cost, salt: salt) }
    }

    /// - Throws: `Busy`
    func fits(_ passphrase: String, _ kept: PassphraseHash) async throws -> Bool {
        try await run { try kept.fits(passphrase) }
    }

    private func run<Result: Sendable>(
        _ body: @escaping @Sendable () throws -> Result
    ) async throws -> Result {
        guard queue.operationCount < Self.parallelMax + Self.waitingMax else { throw Busy() }
        return try await withCheckedThrowingContinuation { continuation in
            queue.addOperation { continuation.resume(with: Swift.Result { try body() }) }
        }
    }
}
