// The device as the page's requests use it: one at a time, on a thread of its own, for what a
// database does blocks. Neighbors: FieldSite asks, SyncRunner opens the folder once more beside it.

internal import Dispatch
internal import Foundation
internal import Shared
internal import Store

/// Sendable, for its device and index are touched on `queue` alone.
final class FieldDesk: @unchecked Sendable {
    let folder: URL
    let environment: Shared.Environment
    private let device: Device
    private let queue = DispatchQueue(label: "hourbook.desk")
    private var people: PeopleIndex?

    init(_ device: Device, folder: URL) {
        self.device = device
        self.folder = folder
        environment = device.environment
    }

    func run<Result: Sendable>(
        _ body: @escaping @Sendable (Device) throws -> Result
    ) async throws -> Result {
        try await withCheckedThrowingContinuation { continuation in
            queue.async { [self] in
                continuation.resume(with: Swift.Result { try body(device) })
            }
        }
    }

    /// With the index of people, made anew when somebody came, went or changed.
    func read<Result: Sendable>(
        _ body: @escaping @Sendable (LocalBook, PeopleIndex) throws -> Result
    ) async throws -> Result {
        try await run { [self] device in
            try device.read { book in
                let version = try PeopleIndex.Version(book)
                if people?.version != version { people = try PeopleIndex(book, version) }
                guard let people else { preconditionFailure("the index was just made") }
                return try body(book, people)
            }
        }
    }
}
