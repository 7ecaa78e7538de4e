// What the office keeps apart, and what was decided about each event: the first decision stands.

import Shared
import Testing

@Suite("Quarantine") struct QuarantineDecisionTests {
    private static let kept = (1...3).map { number in
        Side(
            dot: Dot(Story.replica(7), Sequence64(UInt64(number))),
            leaf: .leaf([UInt8(number)]))
    }

    /// The quarantine after these decisions, each about some of the events kept.
    private func state(
        after decisions: [([Side], QuarantineChoice)], shuffle: Int
    ) throws -> QuarantineState {
        var story = Story()
        let entered = story.write(
            .quarantineEntered, by: 0, seen: 0,
            [
                QuarantineField.events: .sides(Self.kept),
                QuarantineField.cause: .integer(Int64(QuarantineReason.outOfScope.rawValue)),
            ]
        ).event.entity
        for (sides, choice) in decisions {
            story.write(
                .quarantineDecided, by: 0, seen: story.now, about: entered,
                [
                    QuarantineField.events: .sides(sides),
                    QuarantineField.choice: .integer(choice.rawValue),
                ])
        }
        guard
            case .quarantine(let state)? = decideEntity(
                story.events(about: entered, shuffle: shuffle))
        else {
            throw NoQuarantine()
        }
        return state
    }

    private struct NoQuarantine: Error {}

    @Test(
        "of an event decided twice the first decision stands, in whatever order", arguments: 0..<8)
    func firstDecision(shuffle: Int) throws {
        let state = try state(
            after: [
                ([Self.kept[0], Self.kept[1]], .admit), ([Self.kept[1], Self.kept[2]], .reject),
                ([Self.kept[0]], .reject),
            ], shuffle: shuffle)
        #expect(
            state.decided == [
                Self.kept[0].leaf: .admit, Self.kept[1].leaf: .admit,
                Self.kept[2].leaf: .reject,
            ])
        #expect(state.events == Self.kept)
        #expect(state.cause == .outOfScope)
    }

    @Test("what nobody decided waits")
    func waiting() throws {
        let state = try state(after: [([Self.kept[2]], .admit)], shuffle: 0)
        #expect(state.decided.keys.map(\.self) == [Self.kept[2].leaf])
    }
}
