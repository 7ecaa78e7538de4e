// Values at and beyond the limit of each type of field. Neighbors: LimitTests.

import Shared
import TestSupport

extension FieldType {
    /// At the limit and just under it.
    var allowed: [Value] {
        switch self {
        case .text(let scalars):
            [.text(scalarText(scalars)), .text(scalarText(scalars - 1)), .text("x")]
        case .texts:
            [
                .texts(Array(repeating: scalarText(Limits.textScalarsMax), count: 2)),
                .texts(Array(repeating: "x", count: Limits.textsMax)), .texts([]),
            ]
        case .tag: [.text(String(repeating: "a", count: Limits.tagCharactersMax)), .text("0-z")]
        case .code(let codes): codes.map { .integer($0.value) }
        case .integer(let range):
            [.integer(range.lowerBound), .integer(range.upperBound)]
        case .date: [.date(day("1900-01-01")), .date(day("2199-12-31"))]
        case .flag: [.flag(true), .flag(false)]
        case .entity: [.entity(Fixed.ana)]
        case .entities: [.entities(someEntities(Limits.entitiesMax)), .entities([])]
        case .shares:
            [
                .shares(someShares(parties: Limits.partiesMax)), .shares(someShares(parties: 2)),
                .shares(someShares(minutes: Limits.minutesMax)),
            ]
        case .data(let count): [.data(counting(0, count))]
        case .sides: [.sides(someSides(Limits.sidesMax)), .sides(someSides(1))]
        case .blocks: [.blocks([]), .blocks([block(1, 1)]), .blocks([block(1, .max)])]
        case .anyValue: [.text(""), .flag(false)]
        case .fieldNumber: [.integer(Int64(UInt32.max)), .integer(0)]
        }
    }

    /// Just over the limit, and of another type.
    var refused: [Value] {
        switch self {
        case .text(let scalars): [.text(scalarText(scalars + 1)), .text(""), .flag(true)]
        case .texts:
            [
                .texts(Array(repeating: "x", count: Limits.textsMax + 1)), .texts([""]),
                .texts([scalarText(Limits.textScalarsMax + 1)]), .text("x"),
            ]
        case .tag:
            [
                .text(String(repeating: "a", count: Limits.tagCharactersMax + 1)), .text(""),
                .text("Company"), .text("a b"), .text("é"), .integer(1),
            ]
        case .code(let codes):
            [.integer((codes.map(\.value).max() ?? 0) + 1), .integer(0), .integer(-1), .text("x")]
        case .integer(let range):
            [.integer(range.lowerBound - 1), .integer(range.upperBound + 1), .text("1")]
        case .date: [.text("2026-03-24"), .integer(20_260_324), .unrecognized]
        case .flag: [.integer(1)]
        case .entity: [.entities([Fixed.ana]), .text("x")]
        case .entities: [.entities(someEntities(Limits.entitiesMax + 1)), .entity(Fixed.ana)]
        case .shares: refusedShares.map(Value.shares) + [.integer(90)]
        case .data(let count): [.data(counting(0, count - 1)), .data(counting(0, count + 1))]
        case .sides: [.sides(someSides(Limits.sidesMax + 1)), .sides([]), .data([])]
        case .blocks: [.blocks([block(0, 1)]), .blocks([block(2, 1)]), .flag(true)]
        case .anyValue: []
        case .fieldNumber: [.integer(Int64(UInt32.max) + 1), .integer(-1), .text("name")]
        }
    }
}

/// Two scalars to a visible character: it is scalars that are counted.
private func scalarText(_ count: Int) -> String {
    String(repeating: "e\u{301}", count: count / 2) + (count.isMultiple(of: 2) ? "" : "e")
}

private func someEntities(_ count: Int) -> [EntityID] {
    (1...count).map { Fixed.entity(UInt64($0)) }
}

private func someSides(_ count: Int) -> [Side] {
    someEntities(count).map { Side(dot: $0.dot, leaf: .of($0.bytes)) }
}

private func block(_ first: UInt32, _ last: UInt32) -> NumberBlock {
    NumberBlock(neighborhood: Fixed.harbor, first: first, last: last)
}

private func party(_ account: EntityID, _ minutes: Int64) -> Party {
    Party(account: account, minutes: Minutes(minutes))
}

private func someShares(minutes: Int64) -> Shares {
    Shares(providers: [party(Fixed.ana, minutes)], recipients: [party(Fixed.luis, minutes)])
}

/// One provider for all the others.
private func someShares(parties: Int) -> Shares {
    let accounts = someEntities(parties)
    return Shares(
        providers: [party(accounts[0], Int64(parties - 1))],
        recipients: accounts.dropFirst().map { party($0, 1) })
}

private var refusedShares: [Shares] {
    let (ana, luis) = (party(Fixed.ana, 60), party(Fixed.luis, 60))
    return [
        Shares(providers: [], recipients: [luis]), Shares(providers: [ana], recipients: []),
        Shares(providers: [ana], recipients: [ana]),
        Shares(providers: [ana], recipients: [party(Fixed.luis, 59)]),
        someShares(minutes: 0), someShares(minutes: -5), someShares(minutes: Limits.minutesMax + 1),
        someShares(parties: Limits.partiesMax + 1),
        Shares(
            providers: [ana], recipients: [luis, party(Fixed.mei, 0)], rule: .pot),
    ]
}
