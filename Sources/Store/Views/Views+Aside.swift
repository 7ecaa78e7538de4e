// Members whose enrollment is kept outside the ledger: what they are called where entries name
// them. Neighbors: each program keeps such events in its own way and hands its Views the look-up.
// Invariant: for people's eyes only; no state is computed from what is looked up here.

public import Shared
public import Texts

/// What a program keeps outside the ledger, and what it calls an account that is nowhere.
public struct Aside {
    public struct Found {
        public let event: Event
        /// Nil while it waits for an admin.
        public let choice: QuarantineChoice?

        public init(event: Event, choice: QuarantineChoice?) {
            self.event = event
            self.choice = choice
        }
    }

    let find: (Dot) throws -> Found?
    let stranger: Phrase

    /// Of somebody whom a device has never heard of it can be said that another holds them.
    public init(
        stranger: Phrase = Phrase("held_elsewhere"),
        find: @escaping (Dot) throws -> Found?
    ) {
        self.stranger = stranger
        self.find = find
    }

    public static var nothing: Aside { Aside { _ in nil } }
}

extension Views {
    /// "HAR-38 Luis Gil (not admitted yet)"; nil for whoever's enrollment is not kept apart here.
    func asideLabel(of account: EntityID) throws -> String? {
        guard let found = try aside.find(account.dot), found.event.entity == account,
            found.event.knownKind == .memberEnrolled
        else { return nil }
        let number = found.event.payload.integer(MemberField.number).map(String.init) ?? "?"
        let name = reader.open(found.event).text(MemberField.name) ?? voice("name_unreadable")
        let label = "\(try code(of: found.event.home))-\(number) \(name)"
        return switch found.choice {
        case nil: voice("aside_waiting", ["label": .text(label)])
        case .reject?: voice("aside_left_out", ["label": .text(label)])
        // On a revoked device, which is not sent what was let in.
        case .admit?: label
        }
    }

    /// What is said of a subject that has no state here.
    func asideSubject(_ subject: EntityID) throws -> String? {
        guard let found = try aside.find(subject.dot) else { return nil }
        let id = ["id": Phrase.Value.text(subject.short)]
        return switch found.choice {
        case nil: voice("aside_waiting_subject", id)
        case .reject?: voice("aside_left_out_subject", id)
        case .admit?: voice("aside_let_in_subject", id)
        }
    }
}
