// An entry that this device recorded today already, as it is typed again: recorded all the same,
// with a warning. Neighbors: HoursDrafts makes the draft, commands show the warning.

internal import Shared
internal import Store

extension HoursDrafts {
    /// A sentence that names the entry like this one; nil while there is none.
    func alike(_ form: HoursForm, _ shares: Shares, _ values: Payload) throws -> String? {
        guard let date = values.date(HoursField.serviceDate) else { return nil }
        let others = try book.views.entries(alike: shares, on: date).filter { other in
            other.id.dot.replica == book.paired.replica && other.form == form
                && other.shares == shares && other.category == values.text(HoursField.category)
        }
        for other in others {
            guard let event = try book.tables.event(other.id.dot)?.event,
                event.recordedAt.date(utcOffsetMinutes: event.utcOffsetMinutes) == today,
                try book.views.hours(other.id)?.description
                    == values.text(HoursField.description)
            else { continue }
            let clock = event.recordedAt.clock(utcOffsetMinutes: event.utcOffsetMinutes)
            return "it looks the same as \(other.id.short), recorded at \(clock); void one if it "
                + "was typed twice"
        }
        return nil
    }
}
