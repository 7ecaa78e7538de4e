// A void holds unless something that its author had not seen was said of the entry meanwhile.
// Source: docs/protocol.md section 8.2.

import Shared
import TestSupport
import Testing

@Suite("Voids")
struct VoidTests {
    private static let longer = Value.shares(Story.shares(1, 2, 90))

    @discardableResult
    private static func void(
        _ entry: EntityID, in story: inout Story, by replica: Int, seen: Int
    ) -> RecordedEvent {
        story.write(.hoursVoided, by: replica, seen: seen, about: entry, [:])
    }

    /// An entry amended by replica 2 and voided by replica 1, neither having seen the other.
    private func disputed() -> (Story, EntityID) {
        var story = Story()
        let entry = story.exchange(by: 1, seen: 0)
        story.amend(entry, HoursField.shares, to: Self.longer, by: 2, seen: 1)
        Self.void(entry, in: &story, by: 1, seen: 1)
        return (story, entry)
    }

    @Test func aVoidOfWhatItsAuthorHadSeenHolds() {
        var story = Story()
        let entry = story.exchange(by: 1, seen: 0)
        story.amend(entry, HoursField.shares, to: Self.longer, by: 2, seen: 1)
        Self.void(entry, in: &story, by: 1, seen: 2)
        #expect(story.group().standings == [entry: .void])
        #expect(story.hours(entry)?.conflicts == [])
    }

    @Test func anAmendmentThatItsAuthorHadNotSeenMakesItProvisional() throws {
        let (story, entry) = disputed()
        #expect(story.group().standings == [entry: .contested])
        let conflict = try #require(story.hours(entry)?.conflicts.first)
        #expect(conflict.kind == .void)
        #expect(conflict.sides.count == 2)
        #expect(conflict.standing == [])
    }

    @Test(arguments: 0..<6) func theOrderInWhichTheyArriveDoesNotMatter(shuffle: Int) {
        let (story, entry) = disputed()
        let events = story.events(about: entry, shuffle: shuffle)
        #expect(decideEntity(events) == story.hours(entry).map { .hours($0) })
    }

    @Test func anAmendmentByWhoKnewOfTheVoidChangesNothing() {
        var story = Story()
        let entry = story.exchange(by: 1, seen: 0)
        Self.void(entry, in: &story, by: 1, seen: 1)
        story.amend(entry, HoursField.shares, to: Self.longer, by: 2, seen: 2)
        #expect(story.group().standings == [entry: .void])
    }

    @Test func aSecondVoidThatHadSeenTheAmendmentSettlesIt() {
        var (story, entry) = disputed()
        Self.void(entry, in: &story, by: 3, seen: story.now)
        #expect(story.group().standings == [entry: .void])
        #expect(story.hours(entry)?.conflicts == [])
    }

    @Test func anAdminDecidesThatItIsVoid() throws {
        var (story, entry) = disputed()
        let conflict = try #require(story.hours(entry)?.conflicts.first)
        story.decide(conflict, .void, seen: story.now)
        #expect(story.group().standings == [entry: .void])
        #expect(story.hours(entry)?.conflicts == [])
    }

    @Test func anAdminDecidesThatItStandsWithWhatWasAmended() throws {
        var (story, entry) = disputed()
        let conflict = try #require(story.hours(entry)?.conflicts.first)
        story.decide(conflict, .take, seen: story.now)
        #expect(story.group().standings == [entry: .counts])
        #expect(story.hours(entry)?.shares == Story.shares(1, 2, 90))
    }

    @Test func twoAdminsWhoDecideOtherwiseDisagreeInSight() throws {
        var (story, entry) = disputed()
        let conflict = try #require(story.hours(entry)?.conflicts.first)
        let seen = story.now
        story.decide(conflict, .void, seen: seen, own: 0)
        story.decide(conflict, .take, seen: seen, own: 0)
        #expect(story.group().standings == [entry: .contested])
        #expect(story.hours(entry)?.conflicts.map(\.kind) == [.resolution])
        let again = try #require(story.hours(entry)?.conflicts.first)
        #expect(again.id == conflict.id)
        story.decide(again, .take, seen: story.now)
        #expect(story.group().standings == [entry: .counts])
    }

    @Test func aVoidAfterTheDecisionThatItStandsHolds() throws {
        var (story, entry) = disputed()
        let conflict = try #require(story.hours(entry)?.conflicts.first)
        story.decide(conflict, .take, seen: story.now)
        Self.void(entry, in: &story, by: 1, seen: story.now)
        #expect(story.group().standings == [entry: .void])
    }

    @Test func aDecisionToVoidThatHadNotSeenALaterAmendmentIsProvisionalToo() throws {
        var story = Story()
        let entry = story.exchange(by: 1, seen: 0)
        story.amend(entry, HoursField.shares, to: Self.longer, by: 2, seen: 1)
        story.amend(
            entry, HoursField.shares, to: .shares(Story.shares(1, 2, 30)), by: 1, seen: 1)
        let conflict = try #require(story.hours(entry)?.conflicts.first)
        #expect(conflict.kind == .amend)
        let seen = story.now
        story.amend(
            entry, HoursField.shares, to: .shares(Story.shares(1, 2, 45)), by: 3, seen: 1)
        story.decide(conflict, .void, seen: seen)
        #expect(story.group().standings == [entry: .contested])
        #expect(story.hours(entry)?.conflicts.map(\.kind) == [.void])
    }

    @Test func minutesOfADisputedVoidAreNoLikeEntrysDuplicate() {
        var (story, entry) = disputed()
        let other = story.exchange(by: 3, seen: 0, minutes: 90)
        #expect(story.group().standings == [entry: .contested, other: .counts])
        #expect(story.group().conflicts == [])
    }
}
