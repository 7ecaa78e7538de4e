// Members as a person says them → drafts. Neighbors: the commands and the page hand in what was
// typed; MemberNumbers says which numbers may be given; Recorder records.

internal import Shared
internal import Store

struct MemberDrafts {
    private let book: LocalBook

    init(_ book: LocalBook) { self.book = book }

    /// With the next of this device's numbers, unless `values` has one.
    func enroll(
        _ values: Payload, in place: NeighborhoodState, today: CivilDate, isOnCard: Bool
    ) throws -> Draft {
        var values = values
        let numbers = MemberNumbers(book: book, neighborhood: place)
        if let number = values.integer(MemberField.number) {
            try numbers.check(number, isOnCard: isOnCard)
        } else {
            values[MemberField.number] = .integer(try numbers.next())
        }
        if values[MemberField.joinedOn] == nil { values[MemberField.joinedOn] = .date(today) }
        return Draft(
            .memberEnrolled, home: .neighborhood(place.id), values: values, subjects: .itself)
    }

    /// One for each field that `values` changes.
    func change(
        _ member: MemberState, _ values: Payload, reason: String?, isOnCard: Bool
    ) throws -> [Draft] {
        if let number = values.integer(MemberField.number), number != member.number,
            let id = member.home.neighborhood,
            case .neighborhood(let place)? = try book.views.state(of: id)
        {
            try MemberNumbers(book: book, neighborhood: place).check(number, isOnCard: isOnCard)
        }
        return try values.numbers.compactMap { number in
            try values[number].flatMap { new in
                if try book.says(new, of: number, in: member.fields) { return nil }
                return Draft(
                    changing: Kind.memberEnrolled.describedField(number), by: .memberChanged,
                    of: member.id, home: member.home,
                    from: try book.shownValue(of: number, in: member.fields), to: new,
                    reason: reason, subjects: [member.id])
            }
        }
    }
}
