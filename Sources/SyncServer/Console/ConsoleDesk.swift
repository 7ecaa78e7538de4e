// The ledger as the console's requests use it: reads side by side, writes one at a time.
// Neighbors: every page asks; ServerStore beneath.
// Invariant: what a form asks for is done once, however often and at whatever moment it is sent.

internal import Dispatch
internal import Faces
internal import Shared
internal import Store
internal import Synchronization
internal import Texts

final class ConsoleDesk: Sendable {
    let store: ServerStore
    let passphrases: PassphraseQueue
    private let writes = DispatchQueue(label: "hourbook.console")
    private let preparing = DispatchQueue(label: "hourbook.console.preparing")
    private let sent = Mutex(SentForms())
    private let keeper = FiguresKeeper()
    private let queue = Mutex<ConflictQueue?>(nil)
    private let shelf = Mutex<PeopleShelf?>(nil)

    init(_ store: ServerStore, cost: ScryptCost = .standard) {
        self.store = store
        passphrases = PassphraseQueue(cost: cost)
    }

    var environment: Shared.Environment { store.environment }

    /// Whatever the views say in words is for whoever reads `text`.
    func read<Result: Sendable>(
        _ text: StringTable, _ body: @escaping @Sendable (Views) throws -> Result
    ) async throws -> Result {
        try await store.readAsync(in: Voice(text), body)
    }

    /// One append transaction for a form; a second try gets what came of the first. `form` is the
    /// page's token; without one it is done each time.
    func append<Result: Sendable>(
        _ form: String, by person: SignedIn,
        _ body: @escaping @Sendable (AppendSession) throws -> Result
    ) async throws -> Result {
        try await once(form, by: person) { [store] in try store.append(body) }
    }

    /// The same for what stands beside the ledger.
    func note<Result: Sendable>(
        _ form: String, by person: SignedIn,
        _ body: @escaping @Sendable (ServerStore) throws -> Result
    ) async throws -> Result {
        try await once(form, by: person) { [store] in try body(store) }
    }

    private func once<Result: Sendable>(
        _ form: String, by person: SignedIn, _ body: @escaping @Sendable () throws -> Result
    ) async throws -> Result {
        let token = form.isEmpty ? "" : "\(person.session) \(form)"
        return try await withCheckedThrowingContinuation { continuation in
            writes.async { [self] in
                continuation.resume(
                    with: Swift.Result {
                        let before = sent.withLock { $0.answer(to: token, as: Result.self) }
                        if let before { return before }
                        let result = try body()
                        sent.withLock { $0.note(token, result) }
                        return result
                    })
            }
        }
    }

    /// For the hidden field of a form.
    func formToken() -> String { hex(environment.randomBytes(8)) }

    /// Of the last twelve months.
    func figures() async throws -> Figures {
        try await keeper.figures(today: environment.today, store: store)
    }

    /// So that whoever asks first need not wait for all that is kept from request to request.
    func prepare() {
        keeper.makeAnew(today: environment.today, store: store)
        preparing.async { [self] in
            // What cannot be read now is read when somebody asks.
            try? store.read { views in
                _ = try conflicts(views)
                _ = try people(views)
            }
        }
    }

    /// What is open at the position that `views` reads; found once for each.
    func conflicts(_ views: Views) throws -> ConflictQueue {
        let known = queue.withLock { $0 }
        if let known, known.position == views.position { return known }
        // A read that began before another's.
        let earlier = known.flatMap { $0.position < views.position ? $0 : nil }
        let made = try ConflictQueue(views, after: earlier)
        queue.withLock { if $0.map({ $0.position < made.position }) ?? true { $0 = made } }
        return made
    }

    /// How much waits for somebody, by the place where it is worked off.
    func counts(_ views: Views, for person: SignedIn) throws -> [ConsolePlace: Int] {
        [
            .conflicts: try conflicts(views).lines(for: person).count,
            .waiting: try KeptApartList.figures(views, for: person).count,
        ]
    }

    /// Everybody, to be found by name or number; kept up with the ledger.
    func people(_ views: Views) throws -> PeopleShelf {
        let known = shelf.withLock { $0 }
        if let known, known.position == views.position { return known }
        let earlier = known.flatMap { $0.position < views.position ? $0 : nil }
        let made = try PeopleShelf(views, after: earlier)
        shelf.withLock { if $0.map({ $0.position < made.position }) ?? true { $0 = made } }
        return made
    }
}
