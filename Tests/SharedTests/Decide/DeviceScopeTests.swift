// What a device may give out and what it holds, after changes of its scope.

import Shared
import TestSupport
import Testing

@Suite("Device scope") struct DeviceScopeTests {
    private static let harbor = Fixed.harbor
    private static let orchard = Fixed.entity(4)

    private struct NoDevice: Error {}

    private static func block(
        _ first: UInt32, _ last: UInt32, in place: EntityID = harbor
    ) -> NumberBlock {
        NumberBlock(neighborhood: place, first: first, last: last)
    }

    /// A device of both neighborhoods after these changes.
    private func state(
        after changes: [(places: [EntityID], blocks: [NumberBlock])], shuffle: Int = 0
    ) throws -> DeviceState {
        var story = Story()
        let device = story.write(
            .devicePaired, by: 0, seen: 0,
            [
                DeviceField.signingKey: .data(Fixed.device.signingPublicKey),
                DeviceField.neighborhoods: .entities([Self.harbor, Self.orchard]),
                DeviceField.numberBlocks: .blocks([Self.block(1_001, 1_500)]),
            ]
        ).event.entity
        for change in changes {
            story.write(
                .deviceScopeChanged, by: 0, seen: story.now, about: device,
                [
                    ScopeChangeField.neighborhoods: .entities(change.places),
                    ScopeChangeField.numberBlocks: .blocks(change.blocks),
                ])
        }
        guard
            case .device(let state)? = decideEntity(story.events(about: device, shuffle: shuffle))
        else { throw NoDevice() }
        return state
    }

    @Test("blocks add up and none is taken back, in whatever order", arguments: 0..<8)
    func blocksAddUp(shuffle: Int) throws {
        let both = [Self.harbor, Self.orchard]
        let state = try state(
            after: [
                (both, [Self.block(2_001, 2_500)]),
                (both, [Self.block(1_001, 1_020, in: Self.orchard)]),
                (both, []),
            ], shuffle: shuffle)
        #expect(
            Set(state.numberBlocks) == [
                Self.block(1_001, 1_500), Self.block(2_001, 2_500),
                Self.block(1_001, 1_020, in: Self.orchard),
            ])
        #expect(state.numberBlocks == state.numberBlocks.joined())
        #expect(state.neighborhoods == both)
    }

    @Test("blocks that touch or overlap are one, those with a gap or elsewhere are not")
    func joined() {
        let (one, two) = (Self.block(1, 10), Self.block(11, 20))
        #expect([two, one].joined() == [Self.block(1, 20)])
        #expect([Self.block(5, 30), one, two].joined() == [Self.block(1, 30)])
        #expect([Self.block(1, 30), two].joined() == [Self.block(1, 30)])
        #expect([one, Self.block(12, 20)].joined().count == 2)
        #expect([one, Self.block(11, 20, in: Self.orchard)].joined().count == 2)
        #expect([Self.block(.max, .max), Self.block(1, .max)].joined() == [Self.block(1, .max)])
    }

    @Test("what is held is what the last change in the ledger says", arguments: 0..<8)
    func neighborhoods(shuffle: Int) throws {
        let added = Fixed.entity(77)
        let moved = try state(after: [([Self.orchard, added], [])], shuffle: shuffle)
        #expect(moved.neighborhoods == [Self.orchard, added])
        let back = try state(
            after: [([Self.orchard], []), ([Self.harbor, Self.orchard], [])], shuffle: shuffle)
        #expect(back.neighborhoods == [Self.harbor, Self.orchard])
        #expect(back.numberBlocks == [Self.block(1_001, 1_500)])
    }
}
