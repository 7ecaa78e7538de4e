// Keeps blocking work of a test off the threads that the server's tasks need.
// Neighbors: the fault suites and the simulator run devices in it.

import Dispatch

public func apart<Value: Sendable>(_ body: @escaping () throws -> Value) async throws -> Value {
    nonisolated(unsafe) let body = body
    return try await withCheckedThrowingContinuation { continuation in
        DispatchQueue.global().async {
            continuation.resume(with: Result { try body() })
        }
    }
}
