// Whoever has the name already that somebody is about to be enrolled under: shown before anything
// is saved. Neighbors: PeopleIndex finds them; FieldSite+People asks, `member enroll` warns.

internal import Faces
internal import Shared
internal import Store
internal import Texts

struct Namesake: Sendable {
    let id: String
    /// "HAR-37 Ana Ruiz".
    let label: String
    /// Name of the neighborhood.
    let place: String
    /// Day of the last entry; nil where there is none here.
    let lastDay: String?
}

/// Somebody has the name already.
struct NameTaken: Error, Sendable { let by: [Namesake] }

extension LocalBook {
    /// A longer list is not read.
    private static let namesakesMax = 5

    func namesakes(of name: String, in people: PeopleIndex) throws -> [Namesake] {
        try people.namesakes(of: name).prefix(Self.namesakesMax).map { person in
            let home =
                try views.home(of: person.id)?.home ?? views.directoryLine(of: person.id)?.home
            return Namesake(
                id: person.id.description, label: person.label,
                place: try home.map(views.name(of:)) ?? "",
                lastDay: try views.statement(of: person.id, newest: 1).lines.last?.serviceDate)
        }
    }
}

struct NamesakesModel: Sendable {
    struct Line: Sendable {
        let id: String
        let label: String
        /// "Harbor. Last entry: 2026-03-24"
        let words: String
    }

    let t: [String: String]
    let frame: PageFrame
    let lines: [Line]
    let typed: EnrollTyped

    init(
        _ book: LocalBook, _ shelf: Shelf, _ visit: Visit, _ taken: NameTaken, _ fields: FormFields
    ) throws {
        let text = visit.text
        t = text.texts
        frame = try PageFrame(book, shelf, visit, title: text("namesakes_title"), place: .people)
        lines = taken.by.map { one in
            let last = one.lastDay.map { text("last_entry", ["date": $0]) } ?? text("no_entries")
            return Line(id: one.id, label: one.label, words: "\(one.place). \(last)")
        }
        typed = EnrollTyped(fields)
    }
}

/// What the form that enrolls says.
struct EnrollTyped: Sendable {
    let name: String
    let number: String
    let birthYear: String
    let phone: String
    let languages: String
    let place: String
    let once: String

    init(_ fields: FormFields) {
        (name, number, birthYear) = (fields["name"], fields["number"], fields["birth_year"])
        (phone, languages) = (fields["phone"], fields["languages"])
        (place, once) = (fields["place"], fields["once"])
    }
}
