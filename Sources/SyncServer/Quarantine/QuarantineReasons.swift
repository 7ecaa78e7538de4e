// Why an event is kept apart, and what each decision would do: full sentences for the admin who
// decides. Neighbors: QuarantineTable and Views say what there is, QuarantineShowCommand prints.
// Invariant: reads only. What is said of roles is as they are now; the reason is as it was given.

internal import Shared
internal import Store

struct QuarantineReasons {
    let views: Views
    let facts: StoredFacts
    let entry: QuarantineTable.Entry
    let bytes: [UInt8]
    /// Nil when the bytes are no event.
    let event: Event?

    init(_ views: Views, _ entry: QuarantineTable.Entry) throws {
        self.views = views
        self.entry = entry
        facts = StoredFacts(views)
        bytes = try QuarantineTable(views.tables.db).bytes(entry.dot) ?? []
        event = try? Event(decoding: bytes)
    }

    /// Why it was kept apart.
    var why: String {
        get throws {
            switch entry.reason {
            case .invalid: "Its content could not be accepted: \(fault)."
            case .unauthorized: "Whoever recorded it may not: \(try lackingRole)."
            case .outOfScope:
                "It is in the book of \(try place), which \(try device) does not hold."
            case .unknownSubject:
                "It is about something, or names somebody, that had not reached the office when it "
                    + "came."
            case .beyondReach:
                "It brings in a member of a neighborhood that the entry does not concern; such an "
                    + "entry is voided and recorded anew."
            case .revoked:
                "\(try device) had been taken out of use before this came\(try revokedAfter)."
            }
        }
    }

    /// What letting it in would do, or why that cannot be, and what to decide first.
    func admitting() throws -> (sentence: String, isPossible: Bool, decideFirst: [Dot]) {
        let admissible: AdmissibleEvent
        do {
            admissible = try AdmissibleEvent(entry, of: QuarantineTable(views.tables.db), facts)
        } catch let reason as Inadmissible {
            return (
                "Admitting is not possible: \(reason.sentence).", false, reason.decideFirst
            )
        }
        let places = try admissible.reach.map { try views.code(of: $0) }.filter { !$0.isEmpty }
        let sentence =
            "Admitting gives it the next place in the ledger, as its author wrote it, and "
            + "sends it to the devices of \(places.joined(separator: " and ")). "
            + (try effect(of: admissible.new.event))
        return (sentence, true, [])
    }

    static let rejecting =
        "Rejecting leaves it out for good: it counts nothing. Its bytes are kept here and on its "
        + "device, where `hourbook waiting` shows it as not accepted."

    // MARK: Why

    private var fault: String {
        guard let event else { return Self.text(bytes) }
        if event.dot != entry.dot { return "it says that it is \(event.dot.short)" }
        do throws(ShapeFault) {
            try event.checkShape()
        } catch {
            return "\(error.field) \(error.rule)"
        }
        return "an older version of this program could not read it; this one can"
    }

    private static func text(_ bytes: [UInt8]) -> String {
        do throws(EventError) {
            _ = try Event(decoding: bytes)
        } catch {
            switch error {
            case .tooLong(let count):
                return "\(count) bytes are more than the \(Event.byteCountMax) of an event"
            case .notProtobuf: return "its bytes are not an event"
            case .malformed(let field): return "its \(field) cannot be read"
            }
        }
        preconditionFailure("asked only for bytes that do not decode")
    }

    private var device: String {
        get throws { try deviceLabel ?? "a device that is not known" }
    }

    /// What people call the device that recorded it.
    var deviceLabel: String? {
        get throws { try facts.device(entry.dot.replica)?.label }
    }

    private var place: String {
        get throws {
            guard let home = event?.home, home != .community else { return "the community" }
            return "\(try views.name(of: home)) (\(try views.code(of: home)))"
        }
    }

    private var revokedAfter: String {
        get throws {
            let after = try facts.device(entry.dot.replica)?.revokedAfter
            return after.map { "; what it recorded up to its entry \($0) counts" } ?? ""
        }
    }

    private var lackingRole: String {
        get throws {
            guard let event, let worker = event.worker else { return "it names no worker" }
            let name = try views.label(of: worker)
            let state = try facts.device(entry.dot.replica)
            guard let state, state.workers.contains(worker),
                let role = try facts.role(ofWorker: worker)
            else { return "\(name) does not record on \(try device)" }
            return "on \(state.label) \(name) acts as \(min(state.role, role).name), and "
                + event.neededRole
        }
    }

    // MARK: What comes of it

    private func effect(of event: Event) throws -> String {
        guard let kind = event.knownKind else {
            return "This version does not know its kind, so that it has no effect here."
        }
        switch kind {
        case .hoursRecorded: return try balances(event) + alike(event)
        case .memberEnrolled: return "The member is then in the book."
        case .memberChanged, .hoursAmended, .hoursVoided, .hoursConfirmed, .hoursDisputed,
            .hoursReinstated, .hoursMarkedSame, .hoursMarkedDistinct, .conflictReplied:
            return "It is then said of \(try views.historySubject(event.entity)): "
                + "\(try views.words(of: event, seenFrom: event.entity))."
        case .communityFounded, .neighborhoodDefined, .workerRegistered, .devicePaired,
            .deviceSplit, .deviceRevoked, .deviceScopeChanged, .memberMoved, .serverTLSKeysChanged,
            .ledgerReopened,
            .conflictResolved,
            .conflictUndone, .conflictAsked,
            .quarantineEntered, .quarantineDecided:
            preconditionFailure("what only the office writes is never admissible")
        }
    }

    /// "HAR-1 Ana Ruiz +1:30, HAR-2 Luis Gil -1:30."
    private func balances(_ event: Event) throws -> String {
        guard let shares = event.payload.shares(HoursField.shares) else { return "" }
        let changes = try shares.postings(home: event.home).map { posting in
            let sign = posting.minutes > .zero ? "+" : ""
            return "\(try views.label(of: posting.account)) \(sign)\(posting.minutes)"
        }
        return "Balances change, unless it turns out to be recorded twice: "
            + "\(changes.joined(separator: ", "))."
    }

    private func alike(_ event: Event) throws -> String {
        guard let shares = event.payload.shares(HoursField.shares),
            let date = event.payload.date(HoursField.serviceDate)
        else { return "" }
        let others = try views.entries(alike: shares, on: date).map { other in
            "\(other.id.short) (\(try views.subject(other.id)))"
        }
        if others.isEmpty { return "" }
        return " Of the same people and day the ledger has already: "
            + "\(others.joined(separator: ", ")). Look whether it is the same service."
    }
}

extension Event {
    /// Who may do what this does, as the end of a sentence.
    fileprivate var neededRole: String {
        if let form = hoursForm {
            return switch form.recordedBy {
            case .outreach?: "an outreach worker of the device records a \(form.name)"
            case .coordinator?, .admin?: "a \(form.name) takes a coordinator"
            case .auditor?, nil: "a \(form.name) is recorded by the office only"
            }
        }
        return switch knownKind?.descriptor.authors {
        case .anyWorker?, nil: "that takes an outreach worker, for an auditor only reads"
        case .recorderOrCoordinator?:
            "what another device recorded is changed by a coordinator only"
        case .coordinator?: "that takes a coordinator"
        case .server?: "that is written by the office only"
        }
    }
}
