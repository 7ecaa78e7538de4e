// The device as the page's requests use it: one at a time, on a thread of its own, for what a
// database does blocks. Neighbors: FieldSite asks, SyncRunner opens the folder once more beside it.

internal import Dispatch
internal import Faces
internal import Foundation
internal import Shared
internal import Store
internal import Texts

/// Sendable, for its device and index are touched on `queue` alone.
final class FieldDesk: @unchecked Sendable {
    let folder: URL
    let environment: Shared.Environment
    private let device: Device
    private let queue = DispatchQueue(label: "hourbook.desk")
    private var people: PeopleIndex?
    private var recent: Recent?
    private var sent = SentForms()
    private var version: PeopleIndex.Version?

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

    /// Does what a form asks for, once however often and at whatever moment it is sent; then what
    /// came of it the first time. A form without a token is done each time.
    func once<Result: Sendable>(
        _ token: String, _ body: @escaping @Sendable (Device) throws -> Result
    ) async throws -> Result {
        try await run { [self] device in
            if let before = sent.answer(to: token, as: Result.self) { return before }
            let result = try body(device)
            sent.note(token, result)
            return result
        }
    }

    /// With what is kept from one request to the next, made anew when it may be another; whatever
    /// the book says in words is for whoever reads `text`.
    func read<Result: Sendable>(
        _ text: StringTable, _ body: @escaping @Sendable (LocalBook, Shelf) throws -> Result
    ) async throws -> Result {
        try await run { [self] device in
            try device.read(in: Voice(text)) { try body($0, try shelf($0)) }
        }
    }

    private func shelf(_ book: LocalBook) throws -> Shelf {
        let version = try PeopleIndex.Version(book, after: version)
        let people = try (self.version == version ? self.people : nil) ?? PeopleIndex(book)
        let moment = try Recent.Moment(book)
        let recent =
            try self.recent.flatMap { $0.moment == moment ? $0 : nil }
            ?? Recent(book, moment)
        (self.people, self.recent, self.version) = (people, recent, version)
        return Shelf(people: people, recent: recent)
    }
}

/// What a page needs and need not be read from the book each time.
struct Shelf: Sendable {
    let people: PeopleIndex
    let recent: Recent
}
