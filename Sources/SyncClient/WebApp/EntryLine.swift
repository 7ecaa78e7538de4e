// One entry as the pages show it in a line. Neighbors: Store/Views has the record.

internal import Faces
internal import Shared
internal import Store
internal import Texts

struct EntryLine: Sendable {
    let id: String
    let day: String
    let gave: String
    let received: String
    let time: String
    /// Nil without one.
    let category: String?
    /// "on this device", "at the office", "needs a decision", …
    let standing: String
    let needsAttention: Bool
    let isVoid: Bool
    /// "2026-03-24: HAR-1 Ana Ruiz → HAR-2 Omar Haddad, 1:00". Templates see what is stored alone.
    let words: String
    let wordsWithoutDay: String

    init(_ record: HoursRecord, _ text: StringTable) {
        id = record.id
        day = record.serviceDate
        gave = record.gave.map(\.label).joined(separator: ", ")
        received = record.received.map(\.label).joined(separator: ", ")
        time = "\(Minutes(record.providers.map(\.minutes).reduce(0, +)))"
        category = record.category
        wordsWithoutDay = "\(gave) → \(received), \(time)" + (category.map { ", \($0)" } ?? "")
        words = "\(day): \(wordsWithoutDay)"
        isVoid = record.standing == EntryStanding.void.name
        var notes = [text(record.position == nil ? "on_this_device" : "at_the_office")]
        if record.unsent, record.position != nil { notes.append(text("changed_here")) }
        if record.standing != EntryStanding.counts.name {
            notes.append(text("standing_\(record.standing.replacing("-", with: "_"))"))
        }
        if !record.confirmedBy.isEmpty { notes.append(text("confirmed")) }
        if !record.disputedBy.isEmpty { notes.append(text("disputed")) }
        if !record.disputed.isEmpty { notes.append(text("needs_decision")) }
        standing = notes.joined(separator: " · ")
        needsAttention =
            record.standing != EntryStanding.counts.name || !record.disputed.isEmpty
            || !record.disputedBy.isEmpty
    }
}
