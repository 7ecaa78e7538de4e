// Members as records, and finding one by what a person types.
// Neighbors: Views opens the names; Commands print, or list candidates when a name is ambiguous.

internal import Foundation
internal import GRDB
public import Shared

/// What a typed name, number or id came to.
public enum AccountMatch: Sendable {
    case one(EntityID)
    case none
    /// Ids with labels, by label.
    case several([(id: EntityID, label: String)])
}

/// A member as people type one, folded.
struct ListedMember {
    let id: EntityID
    let home: ScopeID
    let name: String
    let numbers: [String]

    var names: [String] { numbers + [name] }
}

extension Views {
    /// Members whose home is one of `scopes` (nil: all here), by code and number.
    public func members(in scopes: Set<ScopeID>? = nil) throws -> [MemberState] {
        let rows = try Row.fetchAll(
            db,
            sql: """
                SELECT entity, home FROM member WHERE canonical = entity
                ORDER BY home, number, entity
                """)
        return try rows.compactMap { row in
            guard try scopes?.contains(tables.scopeID(row[1])) ?? true else { return nil }
            let entity = try tables.entity(LocalKey(stored: row[0]))
            guard case .member(let member)? = try state(of: entity) else { return nil }
            return member
        }
    }

    public func record(_ member: MemberState) throws -> MemberRecord {
        MemberRecord(
            id: member.id.description, code: try code(of: member.home), number: member.number,
            name: try name(of: member), form: member.form.name,
            joinedOn: member.joinedOn?.description, active: member.isActive,
            birthYear: try integer(MemberField.birthYear, member),
            contacts: try texts(MemberField.contacts, member),
            languages: try texts(MemberField.languages, member),
            disputed: disputed(member.conflicts, creating: .memberEnrolled),
            unsent: try tables.event(member.id.dot)?.observation.position == nil)
    }

    func disputed(_ conflicts: [Conflict], creating kind: Kind) -> [String] {
        conflicts.map { conflict in
            conflict.field.flatMap(kind.descriptor.field)?.name ?? conflict.about.name
        }.sorted()
    }

    private func integer(_ field: FieldNumber, _ member: MemberState) throws -> Int64? {
        if case .integer(let number)? = try value(of: field, in: member.fields) {
            number
        } else {
            nil
        }
    }

    private func texts(_ field: FieldNumber, _ member: MemberState) throws -> [String] {
        if case .texts(let texts)? = try value(of: field, in: member.fields) { texts } else { [] }
    }

    /// Finds a member or pot by "HAR-37", "HAR pot", an id or its short form, a number (within
    /// `scopes`), or a name or part of one; then members elsewhere, by their directory lines.
    public func match(_ typed: String, in scopes: Set<ScopeID>? = nil) throws -> AccountMatch {
        if let numbered = try numbered(typed) { return .one(numbered) }
        let elsewhere = try numberedElsewhere(typed)
        guard case .none = elsewhere else { return elsewhere }
        // A name of blanks, as another program may write it, is not meant by saying nothing.
        let wanted = typed.folded
        guard wanted.contains(where: { !$0.isWhitespace }) else { return .none }
        var exact = try pots(typed, in: scopes)
        var partial: [(id: EntityID, label: String)] = []
        for member in try listedMembers() where scopes?.contains(member.home) ?? true {
            if member.names.contains(wanted) || member.id.matches(typed) {
                exact.append(member.id)
            } else if member.name.contains(wanted) {
                partial.append((member.id, try label(of: member.id)))
            }
        }
        if exact.count == 1 { return .one(exact[0]) }
        if exact.isEmpty, partial.count == 1 { return .one(partial[0].id) }
        let several =
            exact.isEmpty ? partial : try exact.map { ($0, try label(of: $0)) }
        return several.isEmpty
            ? try namedElsewhere(typed) : .several(several.sorted { $0.label < $1.label })
    }

    private func listedMembers() throws -> [ListedMember] {
        if let listed { return listed }
        let all = try members().map { member in
            let number = member.number.map(String.init) ?? ""
            return ListedMember(
                id: member.id, home: member.home, name: try name(of: member)?.folded ?? "",
                numbers: [number, "\(try code(of: member.home))-\(number)".folded])
        }
        listed = all
        return all
    }

    /// "HAR-37" by the index, in whatever neighborhood it says, without opening every name: who has
    /// it, or had it until they moved away; nil unless that is exactly one.
    private func numbered(_ typed: String) throws -> EntityID? {
        guard let (homes, number) = try codeAndNumber(typed), homes.count == 1,
            let home = try tables.existingScopeNumber(homes[0])
        else { return nil }
        let found = try Int64.fetchAll(
            db.cachedStatement(
                sql: """
                    SELECT entity FROM member
                    WHERE home = ? AND number = ? AND canonical = entity
                    """), arguments: [home, number])
        if found.isEmpty { return try formerNumbers(in: homes[0])[number] }
        return found.count == 1 ? try tables.entity(LocalKey(stored: found[0])) : nil
    }

    /// The neighborhoods with the code of "HAR-37", and the number.
    func codeAndNumber(_ typed: String) throws -> (homes: [ScopeID], number: Int64)? {
        let parts = typed.folded.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, let number = Int64(parts[1]) else { return nil }
        let homes = try neighborhoods().filter { $0.code.folded == parts[0] }
            .map { ScopeID.neighborhood($0.id) }
        return (homes, number)
    }

    private func pots(_ typed: String, in scopes: Set<ScopeID>?) throws -> [EntityID] {
        try neighborhoods().filter { neighborhood in
            let names = ["\(neighborhood.code) pot", "\(neighborhood.code)-pot"].map(\.folded)
            return (scopes?.contains(.neighborhood(neighborhood.id)) ?? true)
                && (names.contains(typed.folded) || neighborhood.id.matches(typed))
        }.map(\.id)
    }
}

extension EntityID {
    /// The whole id, or its short form "9f86d081-12".
    public func matches(_ typed: String) -> Bool {
        let typed = typed.lowercased()
        return description == typed || short == typed
    }
}

extension String {
    /// Lower case without accents, for finding people.
    public var folded: String {
        folding(options: [.caseInsensitive, .diacriticInsensitive], locale: nil)
            .trimmingCharacters(in: .whitespaces)
    }
}
