// Members of neighborhoods that this device does not hold, as their directory lines show them.
// Neighbors: LedgerTables+Directory keeps the lines; Views+Members finds who is held.
// Invariant: what is held here goes before any line about it.

internal import GRDB
public import Shared

extension Views {
    /// Nil for a member who is held here, and for one nobody has told of.
    public func directoryLine(of member: EntityID) throws -> DirectoryLine? {
        guard let key = try tables.existingKey(member.dot), try home(of: member) == nil else {
            return nil
        }
        return try tables.directoryLines(where: "member = ?", [key.value]).first
    }

    /// Everybody elsewhere once, of one neighborhood or of all, by code and number.
    public func directory(in scope: ScopeID? = nil) throws -> [DirectoryLine] {
        let lines = try tables.directoryLines(
            where: "alias = 0 AND NOT EXISTS (SELECT 1 FROM entity WHERE entity = member)"
        ).filter { scope == nil || $0.home == scope }
        let codes = try Dictionary(
            Set(lines.map(\.home)).map { ($0, try code(of: $0)) }, uniquingKeysWith: { $1 })
        return lines.sorted {
            (codes[$0.home] ?? "", $0.number, $0.member)
                < (codes[$1.home] ?? "", $1.number, $1.member)
        }
    }

    public func record(_ line: DirectoryLine) throws -> DirectoryRecord {
        DirectoryRecord(
            id: line.member.description, code: try code(of: line.home), number: line.number,
            home: try name(of: line.home), active: line.isActive, name: line.name)
    }

    /// "MIL-1", with the name where there is one.
    func lineLabel(_ line: DirectoryLine) throws -> String {
        let number = try number(of: line)
        return line.name.map { "\(number) \($0)" } ?? number
    }

    /// "MIL-12", for sentences that may be seen by others: it tells nobody's name.
    public func number(of account: EntityID) throws -> String {
        let state = try state(of: account)
        if case .member(let member)? = state { return try number(of: member) }
        if case .neighborhood? = state { return try label(of: account) }
        return try directoryLine(of: account).map(number) ?? account.short
    }

    public func number(of member: MemberState) throws -> String {
        "\(try code(of: member.home))-\(member.number.map(String.init) ?? "?")"
    }

    private func number(of line: DirectoryLine) throws -> String {
        "\(try code(of: line.home))-\(line.number)"
    }

    /// A neighborhood's name.
    public func name(of scope: ScopeID) throws -> String {
        guard let id = scope.neighborhood,
            case .neighborhood(let neighborhood)? = try state(of: id)
        else { return try code(of: scope) }
        return neighborhood.name
    }

    // MARK: Finding

    /// "MIL-1" of a neighborhood that is not held. A bare number means somebody here.
    func numberedElsewhere(_ typed: String) throws -> AccountMatch {
        guard let (homes, number) = try codeAndNumber(typed) else { return .none }
        let lines = try homes.compactMap(tables.existingScopeNumber).flatMap {
            try tables.directoryLines(
                where: "home = ? AND number = ? AND alias = 0", [$0, number])
        }
        return try match(lines)
    }

    /// By id or its short form, or by name or part of one where names were sent.
    func namedElsewhere(_ typed: String) throws -> AccountMatch {
        let byID = try match(
            try keys(typed).flatMap {
                try tables.directoryLines(where: "member = ?", [$0.value])
            })
        let wanted = typed.folded
        if case .none = byID, !wanted.isEmpty {
            return try match(
                try tables.directoryLines(where: "name IS NOT NULL AND alias = 0")
                    .filter { $0.name?.folded.contains(wanted) ?? false })
        }
        return byID
    }

    private func match(_ lines: [DirectoryLine]) throws -> AccountMatch {
        let elsewhere = try lines.filter { try home(of: $0.member) == nil }
        if elsewhere.count == 1 { return .one(elsewhere[0].member) }
        if elsewhere.isEmpty { return .none }
        return .several(
            try elsewhere.map { (id: $0.member, label: try lineLabel($0)) }
                .sorted { ($0.label, $0.id) < ($1.label, $1.id) })
    }

    /// Keys of the entities that an id or the beginning of one may mean.
    private func keys(_ typed: String) throws -> [LocalKey] {
        let parts = typed.lowercased().split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0].utf8.count >= Self.idPrefixMin,
            parts[0].allSatisfy(\.isHexDigit), let sequence = UInt64(parts[1])
        else { return [] }
        return try tables.replicas(prefix: String(parts[0])).compactMap {
            guard sequence <= LocalKey.sequenceMax else { return nil }
            return try tables.existingKey(Dot($0, Sequence64(sequence)))
        }
    }

    /// Digits of the short form of an id.
    private static let idPrefixMin = 8
}
