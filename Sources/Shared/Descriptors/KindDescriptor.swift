// One descriptor per kind: its fields, their types and limits, sealed or plain, and who may write.
// From it come command-line options, limit checks, the docs table and the keys of string tables.
// Neighbors: Limits.swift checks an event against one; FieldParsing.swift reads a person's typing.

public struct KindDescriptor: Sendable {
    public let kind: Kind
    /// As people read it in docs and logs: "hours.recorded".
    public let name: String
    /// Present on creating kinds: what they create.
    public let creates: Family?
    public let authors: Authors
    public let fields: [FieldDescriptor]

    public func field(_ number: FieldNumber) -> FieldDescriptor? {
        fields.first { $0.number == number }
    }

    public func field(named name: String) -> FieldDescriptor? {
        fields.first { $0.name == name }
    }

    /// Key of the kind's label in the string tables.
    public var labelKey: String { "kind.\(name)" }

    static let all: [Kind: KindDescriptor] = Dictionary(
        uniqueKeysWithValues: kinds.map { ($0.kind, $0) })

    private static var kinds: [KindDescriptor] {
        places + people + hours + testimony + decisions + questions + governance + epochs
    }
}

public struct FieldDescriptor: Sendable {
    public let number: FieldNumber
    /// As on the command line: "birth-year".
    public let name: String
    public let type: FieldType
    public let isSealed: Bool
    public let isRequired: Bool
    /// One sentence for `--help` and the docs table.
    public let help: String
    /// What a person would type.
    public let example: String
    /// Whether an event may change this field later on.
    public let isChangeable: Bool

    init(
        _ number: FieldNumber, _ name: String, _ type: FieldType, sealed: Bool = false,
        required: Bool = false, changeable: Bool = false, _ help: String, example: String
    ) {
        self.number = number
        self.name = name
        self.type = type
        self.isSealed = sealed
        self.isRequired = required
        self.isChangeable = changeable
        self.help = help
        self.example = example
    }

    public func labelKey(in kind: Kind) -> String { "field.\(kind.name).\(name)" }
}

/// The type of a field with its limits.
public enum FieldType: Sendable {
    /// At most `scalars` Unicode scalars, not empty.
    case text(scalars: Int)
    /// Several texts, each at most 2,000 scalars.
    case texts
    /// Lower-case letters, digits and hyphens: a tag of a defined list.
    case tag
    /// One of a list, as a number with its name.
    case code([Code])
    case integer(ClosedRange<Int64>)
    case date
    case flag
    case entity
    case entities
    /// Who gave and received; the range bounds each side's total minutes.
    case shares
    case data(byteCount: Int)
    case sides
    case blocks
    /// A value of the field that another field names.
    case anyValue
    /// The number of a field of the entity's creating kind.
    case fieldNumber

    public struct Code: Sendable {
        public let value: Int64
        public let name: String
    }

    static func codes<T: CodeList>(_: T.Type) -> FieldType {
        .code(T.allCases.map { Code(value: $0.rawValue, name: $0.name) })
    }
}

/// An enumeration that events store by number and people read by name.
public protocol CodeList: CaseIterable, RawRepresentable<Int64>, Sendable {
    var name: String { get }
}

extension CodeList {
    public var name: String { String(describing: self) }
    public init?(named name: String) {
        guard let match = Self.allCases.first(where: { $0.name == name }) else { return nil }
        self = match
    }
}
