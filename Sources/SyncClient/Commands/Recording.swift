// The frame of every command that records: one transaction, then a line that says what was saved.
// Neighbors: MemberCommands, HoursCommands and AmendCommand fill it.

internal import Shared
internal import Store

struct Recording {
    let device: Device
    /// As typed with --worker.
    let worker: String?

    /// `make` says what to record; nothing is saved if it throws.
    @discardableResult
    func record(_ make: (LocalBook, Finder) throws -> [Draft]) throws -> [Event] {
        try device.write { book in
            let finder = Finder(book: book)
            let recorder = try Recorder(
                book: book, device: device, worker: try finder.worker(worker))
            // Recording goes on: what is on this device is safe, and nothing stops at a doorstep.
            if book.sync.divergedAfter != nil {
                Screen.note(
                    "warning: this device's book and the office's have parted (see `hourbook "
                        + "status`); this stays here until the office has decided")
            }
            return try recorder.record(try make(book, finder))
        }
    }
}

extension Event {
    /// The entity's id, short, for people to type again.
    var shortName: String { entity.short }
}
