// Whom typed words find, and who comes first. Neighbors: the pages of both programs ask.

import Shared
import TestSupport
import Testing

@testable import Store

@Suite("People, found by what is typed")
struct PeopleIndexTests {
    private static let names = [
        "Ruiz Ana", "Ana Maria Ruiz", "Ana Ruiz Soto", "Maria Ana Ruiz", "Anabel Ruizmar", "Omar",
        "Ana Ruiz",
    ]

    private let index = PeopleIndex(
        names.enumerated().map { offset, name in
            PeopleIndex.Person(
                id: EntityID(Dot(Fixed.device.replica, Sequence64(UInt64(offset + 1)))),
                number: "HAR-\(offset + 1)", name: name, isActive: name != "Ana Ruiz")
        })

    private func found(_ typed: String, recent: [Int] = []) -> [String] {
        index.found(typed, recent: recent.map { index.people[$0].id }, limit: 9).map(\.name)
    }

    @Test("names with the words side by side, in the order they were typed, come above others")
    func sideBySide() {
        #expect(
            found("ana rui") == [
                "Ana Ruiz Soto", "Maria Ana Ruiz", "Anabel Ruizmar", "Ruiz Ana", "Ana Maria Ruiz",
            ])
        #expect(found("ruiz ana").first == "Ruiz Ana")
        #expect(found("maria ruiz").first == "Ana Maria Ruiz")
    }

    @Test("who gave last comes first among those that fit as well, and not above better ones")
    func recent() {
        #expect(found("ana rui", recent: [1, 3]).prefix(2) == ["Maria Ana Ruiz", "Ana Ruiz Soto"])
        #expect(found("rui", recent: [3]).first == "Maria Ana Ruiz")
    }

    @Test("a whole number comes before all names")
    func number() { #expect(found("6").first == "Omar") }

    @Test(
        "the same words in whatever order and letters are one name; others are not",
        arguments: [
            ("ruiz ANA", ["Ruiz Ana", "Ana Ruiz"]), ("Ána  Ruíz", ["Ruiz Ana", "Ana Ruiz"]),
            ("ana", []), ("ana ruiz ruiz", []), ("", []), (" ", []), ("HAR-6", []),
        ])
    func namesakes(_ typed: String, _ expected: [String]) {
        #expect(index.namesakes(of: typed).map(\.name) == expected)
    }
}
