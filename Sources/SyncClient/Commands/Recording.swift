// The frame of every command that records: one transaction, then a line that says what was saved.
// Neighbors: MemberCommands, HoursCommands and AmendCommand fill it.

internal import Shared
internal import Store

struct Recording {
    static let nothingToChange = "nothing to change: the book says so already"

    let device: Device
    /// As typed with --worker.
    let worker: String?
    /// Says what whoever records must know, beside the output.
    var note: (String) -> Void = Screen.note

    /// `make` says what to record; nothing is saved if it throws.
    @discardableResult
    func record(_ make: (LocalBook, Finder) throws -> [Draft]) throws -> [Event] {
        try perform { book, finder, recorder in try recorder.record(try make(book, finder)) }
    }

    /// Several steps in one transaction, each of which sees what those before it recorded; with
    /// what this device keeps beside the book.
    func perform<Result>(_ body: (LocalBook, Finder, Recorder) throws -> Result) throws -> Result {
        try device.write { book in
            let finder = Finder(book: book)
            let recorder = try Recorder(
                book: book, device: device, worker: try finder.recorder(worker))
            let result = try body(book, finder, recorder)
            try book.recordingWarnings(device.environment).forEach(note)
            return result
        }
    }
}

extension Device {
    /// What a command about an entry says when it is done; no `events` means nothing had to be.
    func tell(
        _ done: String, _ entry: EntityID?, _ events: [Event], _ json: JSONOption
    ) throws {
        try read { book in
            guard let entry, let record = try book.views.hours(entry) else { return }
            if events.isEmpty { Screen.note(Recording.nothingToChange) }
            if json.isOn { return try Screen.printJSON(record) }
            let subject = try book.views.subject(entry).onOneLine
            let place = events.isEmpty ? "" : ", on this device"
            print("\(events.isEmpty ? "unchanged" : done) \(entry.short): \(subject)\(place)")
        }
    }

    /// Before an import: its rows are recorded in many transactions, and warned of once.
    func warnOfRecording() throws {
        try read { try $0.recordingWarnings(environment).forEach(Screen.note) }
    }
}

extension Event {
    /// The entity's id, short, for people to type again.
    var shortName: String { entity.short }
}

extension LocalBook {
    /// Why what is recorded here will not be at the office by itself, a line each. Recording goes
    /// on: what is on this device is safe, and nothing stops at a doorstep.
    func recordingWarnings(_ environment: Environment) throws -> [String] {
        var warnings: [String] = []
        if sync.divergedAfter != nil {
            warnings.append(
                "warning: this device's book and the office's have parted (see `hourbook "
                    + "status`); the next sync gives this folder a name of its own")
        }
        if let revoked = try tables.knownRevocation() {
            warnings.append(
                "warning: this device was revoked on \(revoked.day(environment)): what is recorded "
                    + "now is safe here, and waits for an admin once it is sent")
        }
        return warnings
    }
}
