// A sync that goes on while its page is looked at: one at a time, over an own opening of the
// folder.
// Neighbors: FieldSite+Sync starts it and shows how far it is; SyncRun does the same for commands.

internal import Dispatch
internal import Foundation
internal import Shared
internal import Store
internal import Synchronization

final class SyncRunner: Sendable {
    enum State: Sendable {
        case idle
        /// `again` is which try it is, after one that was cut off.
        case running(pushed: Int, fetched: Int, unsent: Int, again: Again?)
        /// What it moved; `trouble` says what hindered it, and what to do.
        case ended(pushed: Int, fetched: Int, trouble: UserError?)
    }

    struct Again: Sendable {
        let number: Int
        let most: Int
    }

    private let folder: URL
    private let environment: Shared.Environment
    private let state = Mutex<State>(.idle)
    private let queue = DispatchQueue(label: "hourbook.sync")

    init(folder: URL, environment: Shared.Environment) {
        (self.folder, self.environment) = (folder, environment)
    }

    var present: State { state.withLock { $0 } }

    /// Does nothing while one is under way.
    func start(unsent: Int, repairs: Bool) {
        let isFree = state.withLock { state -> Bool in
            if case .running = state { return false }
            state = .running(pushed: 0, fetched: 0, unsent: unsent, again: nil)
            return true
        }
        guard isFree else { return }
        queue.async { [self] in
            let ended: State
            do { ended = try run(unsent: unsent, repairs: repairs) } catch {
                ended = .ended(
                    pushed: 0, fetched: 0,
                    trouble: UserError(showing: error)
                        ?? UserError(.software, "\(type(of: error))"))
            }
            state.withLock { $0 = ended }
        }
    }

    private func run(unsent: Int, repairs: Bool) throws -> State {
        let lock = try FolderLock(folder: folder, name: "sync.lock", wait: false)
        defer { withExtendedLifetime(lock) {} }
        let device = try Device(folder: folder, environment: environment)
        if repairs { try device.write { try $0.lookForDamage(at: environment.now()) } }
        var sync = SyncRun(
            device: device, folder: folder, transport: try CurlTransport(of: device), json: false)
        sync.retrying = { [self] coming in
            state.withLock { state in
                guard case .running(let pushed, let fetched, let unsent, _) = state else { return }
                state = .running(
                    pushed: pushed, fetched: fetched, unsent: unsent,
                    again: Again(number: coming.number, most: coming.most))
            }
        }
        let (report, last) = try sync.untold(sync.keys()) { [self] report in
            state.withLock { state in
                guard case .running(_, _, let unsent, let again) = state else { return }
                state = .running(
                    pushed: report.pushed, fetched: report.fetched, unsent: unsent, again: again)
            }
        }
        let failure = try last.read { book in
            try report.failure(UnsentSummary(book), book.sync)
        }
        return .ended(pushed: report.pushed, fetched: report.fetched, trouble: failure)
    }
}
