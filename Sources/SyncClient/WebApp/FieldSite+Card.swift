// A member's card, to be printed. Neighbors: MemberCard has its text; card.mustache shows it.

internal import Faces
internal import Hummingbird
internal import Shared
internal import Store
internal import Texts

struct CardModel: Sendable {
    let t: [String: String]
    let frame: PageFrame
    let id: String
    let number: String
    let name: String
    let code: QRCode
}

extension FieldSite {
    /// Of members alone: nobody carries a pot.
    func cardPage(_ id: String, _ visit: Visit) async throws -> Response {
        let model = try await desk.read(visit.text) { book, shelf -> CardModel? in
            guard let person = EntityID(id).flatMap(shelf.people.person),
                let code = QRCode(MemberCard(number: person.number).text)
            else { return nil }
            return CardModel(
                t: visit.text.texts,
                frame: try PageFrame(book, shelf, visit, title: person.label, place: .people),
                id: id,
                number: person.number, name: person.name, code: code)
        }
        guard let model else { throw SiteFault.notFound }
        return html("card", model)
    }
}
