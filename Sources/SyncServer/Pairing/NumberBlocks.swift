// Which member numbers were set apart for which device.
// Neighbors: PairingLinks takes a device's first blocks, NumberSupply the later ones; ServerSchema
// makes the table.
// Invariant: no number is in two blocks, and none that somebody had is in a new one.

internal import Foundation
internal import GRDB
internal import Shared
internal import Store

enum NumberLimits {
    /// Enough for months of one worker's enrollments without a network.
    static let blockSize: Int64 = 500
    /// A device with fewer numbers left gets more: it can still work a while before it syncs again.
    static let leftMin = 100
    /// Numbers below are for paper and imports.
    static let first: Int64 = 1001
}

struct NumberBlockTable {
    struct Holding: Equatable, Sendable {
        let replica: ReplicaID
        let block: NumberBlock
    }

    private let views: Views
    private var db: Database { views.tables.db }

    init(_ views: Views) { self.views = views }

    /// Sets the next numbers of a neighborhood apart, above all earlier blocks and clear of members
    /// who have theirs from elsewhere; nil when there are none left.
    func take(_ neighborhood: EntityID, for replica: ReplicaID) throws -> NumberBlock? {
        var first = try (lastGiven(neighborhood) ?? NumberLimits.first - 1) + 1
        while first + NumberLimits.blockSize - 1 <= Limits.memberNumberMax {
            let numbers = first...first + NumberLimits.blockSize - 1
            if let taken = try taken(numbers, in: neighborhood).last {
                first = taken + 1
                continue
            }
            let block = NumberBlock(
                neighborhood: neighborhood, first: UInt32(numbers.lowerBound),
                last: UInt32(numbers.upperBound))
            try insert(Holding(replica: replica, block: block))
            return block
        }
        return nil
    }

    func insert(_ holding: Holding) throws {
        try db.execute(
            sql:
                "INSERT INTO device_block (neighborhood, last, first, replica) VALUES (?, ?, ?, ?)",
            arguments: [
                Data(holding.block.neighborhood.bytes), Int64(holding.block.last),
                Int64(holding.block.first), Data(holding.replica.bytes),
            ])
    }

    /// Whose block a number is in.
    func holding(of number: Int64, in neighborhood: EntityID) throws -> Holding? {
        try holding(
            "neighborhood = ? AND last >= ? ORDER BY last LIMIT 1",
            [Data(neighborhood.bytes), number]
        ).flatMap { $0.block.numbers.contains(number) ? $0 : nil }
    }

    /// Blocks that have numbers in common with one, ascending.
    func overlapping(_ block: NumberBlock) throws -> [Holding] {
        try holdings(
            "neighborhood = ? AND last >= ? AND first <= ? ORDER BY last",
            [
                Data(block.neighborhood.bytes), block.numbers.lowerBound,
                block.numbers.upperBound,
            ])
    }

    /// The last block that a device was given in a neighborhood.
    func newest(of replica: ReplicaID, in neighborhood: EntityID) throws -> NumberBlock? {
        try holding(
            "replica = ? AND neighborhood = ? ORDER BY last DESC LIMIT 1",
            [Data(replica.bytes), Data(neighborhood.bytes)])?.block
    }

    /// Numbers of a block that nobody has.
    func left(of block: NumberBlock) throws -> Int {
        block.numbers.count - (try taken(block.numbers, in: block.neighborhood).count)
    }

    private func lastGiven(_ neighborhood: EntityID) throws -> Int64? {
        try Int64.fetchOne(
            db, sql: "SELECT max(last) FROM device_block WHERE neighborhood = ?",
            arguments: [Data(neighborhood.bytes)])
    }

    private func taken(
        _ numbers: ClosedRange<Int64>, in neighborhood: EntityID
    ) throws -> [Int64] {
        try views.memberNumbers(in: .neighborhood(neighborhood), within: numbers)
    }

    private func holding(
        _ condition: String, _ arguments: StatementArguments
    ) throws -> Holding? {
        try holdings(condition, arguments).first
    }

    private func holdings(
        _ condition: String, _ arguments: StatementArguments
    ) throws -> [Holding] {
        try Row.fetchAll(
            db.cachedStatement(
                sql:
                    "SELECT replica, neighborhood, first, last FROM device_block WHERE \(condition)"
            ), arguments: arguments
        ).compactMap { row in
            guard let replica = ReplicaID(row[0] as Data), let place = EntityID(stored: row[1])
            else { return nil }
            return Holding(
                replica: replica,
                block: NumberBlock(neighborhood: place, first: row[2], last: row[3]))
        }
    }
}
