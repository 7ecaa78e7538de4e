// Descriptors agree with themselves and with the tables of docs/protocol.md.

import Testing
import TestSupport

@testable import Shared

@Suite("Descriptors")
struct DescriptorTests {
    @Test("every kind has a descriptor of its own name and family")
    func kinds() {
        #expect(KindDescriptor.all.count == Kind.allCases.count)
        #expect(Set(Kind.allCases.map(\.name)).count == Kind.allCases.count)
        let families = Kind.allCases.compactMap(\.descriptor.creates)
        // A device begins by pairing, or as a copy of another.
        let split = Kind.allCases.filter { $0 != .deviceSplit }
        #expect(Set(families).count == split.compactMap(\.descriptor.creates).count)
        #expect(Set(families) == Set(Family.allCases))
    }

    @Test("a kind's field numbers and names are unique", arguments: Kind.allCases)
    func fieldsAreUnique(kind: Kind) {
        let fields = kind.descriptor.fields
        #expect(Set(fields.map(\.number)).count == fields.count)
        #expect(Set(fields.map(\.name)).count == fields.count)
        for field in fields {
            #expect(kind.descriptor.field(field.number)?.name == field.name)
            #expect(kind.descriptor.field(named: field.name)?.number == field.number)
        }
    }

    @Test("every field has help and an example, and a name fit for an option")
    func texts() {
        for (kind, field) in everyField {
            #expect(!field.help.isEmpty && !field.example.isEmpty, "\(kind.name) \(field.name)")
            let isOption = field.name.utf8.allSatisfy { (97...122).contains($0) || $0 == 45 }
            #expect(isOption, "\(kind.name) \(field.name)")
        }
    }

    @Test("label keys are unique over all kinds and fields")
    func labelKeys() {
        let keys =
            Kind.allCases.map(\.descriptor.labelKey)
            + everyField.map { kind, field in field.labelKey(in: kind) }
        #expect(Set(keys).count == keys.count)
    }

    @Test("only fields of creating kinds can be changed later, and no free text is plain")
    func changeable() {
        for (kind, field) in everyField {
            if field.isChangeable { #expect(kind.descriptor.creates != nil) }
            if case .text(Limits.textScalarsMax) = field.type { #expect(field.isSealed) }
        }
    }

    @Test("codes of a list are unique by number and by name, and found by name")
    func codes() {
        for (_, field) in everyField {
            guard case .code(let codes) = field.type else { continue }
            #expect(Set(codes.map(\.value)).count == codes.count)
            #expect(Set(codes.map(\.name)).count == codes.count)
        }
        #expect(ContributionType(named: "peer-support") == .peerSupport)
        #expect(HoursOrigin(named: "import") == .imported)
        #expect(Choice(named: "both-happened") == .bothHappened)
        #expect(Role(named: "nobody") == nil)
    }

    @Test("the kinds in docs/protocol.md are these")
    func kindTable() {
        #expect(documented(after: "| number | kind |") == Kind.allCases.map(\.documentRow))
    }

    @Test("the fields in docs/protocol.md are these")
    func fieldTable() {
        #expect(
            documented(after: "| kind | field |")
                == everyField.map { kind, field in field.documentRow(in: kind) })
    }

    @Test("the statuses and reasons in docs/protocol.md are these")
    func outcomes() {
        let numbers = documented(after: "| reason | name |").map { $0.split(separator: "|")[0] }
        #expect(numbers == QuarantineReason.allCases.map { " \($0.rawValue) " })
        #expect(QuarantineReason.allCases.allSatisfy { !$0.sentence.isEmpty })
    }

    private var everyField: [(Kind, FieldDescriptor)] {
        Kind.allCases.flatMap { kind in kind.descriptor.fields.map { (kind, $0) } }
    }

    /// Rows of the table whose head begins so.
    private func documented(after head: String) -> [String] {
        let lines = ProtocolDocument.text.split(separator: "\n", omittingEmptySubsequences: false)
        return lines.drop { !$0.hasPrefix(head) }.dropFirst(2).prefix { $0.hasPrefix("|") }
            .map(String.init)
    }
}

extension Kind {
    fileprivate var documentRow: String {
        let family = descriptor.creates.map { String(describing: $0) } ?? ""
        let authors =
            switch descriptor.authors {
            case .anyWorker: "any worker"
            case .recorderOrCoordinator: "recorder or coordinator"
            case .coordinator: "coordinator"
            case .server: "server"
            }
        return "| \(rawValue) | `\(name)` | \(family) | \(authors) |"
    }
}

extension FieldDescriptor {
    fileprivate func documentRow(in kind: Kind) -> String {
        let marks = [
            (isSealed, "sealed"), (isRequired, "required"), (isChangeable, "changeable"),
        ].filter(\.0).map(\.1).joined(separator: ", ")
        return "| `\(kind.name)` | \(number.value) \(name) | \(type.documented) | \(marks) |"
    }
}

extension FieldType {
    fileprivate var documented: String {
        switch self {
        case .text(let scalars): "text, at most \(scalars) scalars"
        case .texts: "texts"
        case .tag: "text: a tag"
        case .code(let codes):
            "integer: " + codes.map { "\($0.value) \($0.name)" }.joined(separator: ", ")
        case .integer(let range): "integer, \(range.lowerBound) to \(range.upperBound)"
        case .date: "date"
        case .flag: "flag"
        case .entity: "entity"
        case .entities: "entities"
        case .shares: "shares"
        case .data(let count): "data, \(count) bytes"
        case .sides: "sides"
        case .blocks: "blocks"
        case .anyValue: "any value"
        case .fieldNumber: "integer: a field's number"
        }
    }
}
