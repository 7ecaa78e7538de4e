// Payloads to Protocol Buffers and back: fields ascending by number, so that equal payloads are
// equal bytes. Neighbors: Event+Wire.swift for plain fields, Sealing.swift for sealed ones.

internal import Foundation
internal import SwiftProtobuf

extension Payload {
    /// Fields nest at most this deep (an opening balance in a resolution needs two).
    static let depthMax = 4
    static let fieldsMax = 100

    func encoded() -> [UInt8] {
        do {
            return try wire.serializedBytes()
        } catch {
            preconditionFailure("a payload of plain values always serializes: \(error)")
        }
    }

    init(decoding bytes: [UInt8]) throws(EventError) {
        let wire: WirePayload
        do {
            wire = try WirePayload(serializedBytes: bytes)
        } catch {
            throw .notProtobuf
        }
        try self.init(wire)
    }

    var wire: WirePayload {
        var wire = WirePayload()
        wire.fields = numbers.map { number in
            var field = WireField()
            field.number = number.value
            if let value = self[number] { field.value = value.wire }
            return field
        }
        return wire
    }

    init(_ wire: WirePayload, depth: Int = 0) throws(EventError) {
        guard depth < Self.depthMax, wire.fields.count <= Self.fieldsMax else {
            throw .malformed(field: "payload")
        }
        var fields: [FieldNumber: Value] = [:]
        for field in wire.fields {
            let value = try Value(field.value, depth: depth)
            guard fields.updateValue(value, forKey: FieldNumber(field.number)) == nil else {
                throw .malformed(field: "field \(field.number) twice")
            }
        }
        self.init(fields)
    }
}

extension Value {
    fileprivate var wire: WireValue {
        var wire = WireValue()
        switch self {
        case .text(let text): wire.text = text
        case .integer(let integer): wire.integer = integer
        case .date(let date): wire.date = date.code
        case .entity(let entity): wire.entity = entity.dot.wire
        case .entities(let entities): wire.entities.dots = entities.map(\.dot.wire)
        case .shares(let shares): wire.shares = shares.wire
        case .data(let data): wire.data = Data(data)
        case .texts(let texts): wire.texts.texts = texts
        case .sides(let sides): wire.sides.sides = sides.map(\.wire)
        case .flag(let flag): wire.flag = flag
        case .payload(let payload): wire.payload = payload.wire
        case .blocks(let blocks): wire.blocks.blocks = blocks.map(\.wire)
        case .unrecognized: break
        }
        return wire
    }

    fileprivate init(_ wire: WireValue, depth: Int) throws(EventError) {
        switch wire.value {
        case .text(let text)?: self = .text(text)
        case .integer(let integer)?: self = .integer(integer)
        case .date(let code)?:
            guard let date = CivilDate(code: code) else { throw .malformed(field: "date") }
            self = .date(date)
        case .entity(let dot)?: self = .entity(EntityID(try Dot(dot)))
        case .entities(let list)?: self = .entities(try list.dots.entities())
        case .shares(let shares)?: self = .shares(try Shares(shares))
        case .data(let data)?: self = .data([UInt8](data))
        case .texts(let list)?: self = .texts(list.texts)
        case .sides(let list)?: self = .sides(try list.decodedSides())
        case .flag(let flag)?: self = .flag(flag)
        case .payload(let payload)?: self = .payload(try Payload(payload, depth: depth + 1))
        case .blocks(let list)?: self = .blocks(try list.decodedBlocks())
        case nil: self = .unrecognized
        }
    }
}

extension [WireDot] {
    func entities() throws(EventError) -> [EntityID] {
        var entities: [EntityID] = []
        for dot in self { entities.append(EntityID(try Dot(dot))) }
        return entities
    }
}

extension Shares {
    fileprivate var wire: WireShares {
        var wire = WireShares()
        wire.providers = providers.map(\.wire)
        wire.recipients = recipients.map(\.wire)
        wire.rule = rule.rawValue
        return wire
    }

    fileprivate init(_ wire: WireShares) throws(EventError) {
        guard let rule = Rule(rawValue: wire.rule) else { throw .malformed(field: "shares") }
        var providers: [Party] = []
        for party in wire.providers { providers.append(try Party(party)) }
        var recipients: [Party] = []
        for party in wire.recipients { recipients.append(try Party(party)) }
        self.init(providers: providers, recipients: recipients, rule: rule)
    }
}

extension Party {
    fileprivate var wire: WireParty {
        var wire = WireParty()
        wire.account = account.dot.wire
        wire.minutes = UInt32(clamping: minutes.value)
        return wire
    }

    fileprivate init(_ wire: WireParty) throws(EventError) {
        self.init(account: EntityID(try Dot(wire.account)), minutes: Minutes(Int64(wire.minutes)))
    }
}

extension Side {
    fileprivate var wire: WireSide {
        var wire = WireSide()
        wire.dot = dot.wire
        wire.leaf = Data(leaf.bytes)
        return wire
    }
}

extension WireSides {
    fileprivate func decodedSides() throws(EventError) -> [Side] {
        var result: [Side] = []
        for side in sides {
            guard let leaf = Hash(side.leaf) else { throw .malformed(field: "side") }
            result.append(Side(dot: try Dot(side.dot), leaf: leaf))
        }
        return result
    }
}

extension NumberBlock {
    fileprivate var wire: WireNumberBlock {
        var wire = WireNumberBlock()
        wire.neighborhood = neighborhood.dot.wire
        wire.first = first
        wire.last = last
        return wire
    }
}

extension WireNumberBlocks {
    fileprivate func decodedBlocks() throws(EventError) -> [NumberBlock] {
        var result: [NumberBlock] = []
        for block in blocks {
            result.append(
                NumberBlock(
                    neighborhood: EntityID(try Dot(block.neighborhood)), first: block.first,
                    last: block.last))
        }
        return result
    }
}
