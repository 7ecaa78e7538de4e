// Heads of fields: the conflicts `field`, `amend` and `resolution`, and what shows meanwhile.

import Shared
import Testing

@Suite struct FieldTests {
    @Test func aChangeThatHadSeenTheOtherReplacesIt() throws {
        var story = Story()
        let member = story.enroll(by: 1, seen: 0)
        story.change(member, MemberField.active, to: .flag(false), by: 1, seen: 1)
        story.change(member, MemberField.active, to: .flag(true), by: 2, seen: story.now)
        let state = try #require(story.member(member))
        #expect(state.isActive)
        #expect(state.conflicts.isEmpty)
    }

    @Test func concurrentChangesOfOneFieldConflictAndTheLowestLeafShows() throws {
        var story = Story()
        let member = story.enroll(by: 1, seen: 0)
        let seen = story.now
        let one = story.change(member, MemberField.number, to: .integer(7), by: 1, seen: seen)
        let two = story.change(member, MemberField.number, to: .integer(8), by: 2, seen: seen)
        let state = try #require(story.member(member))
        let conflict = try #require(state.conflicts.first)
        #expect(conflict.kind == .field)
        #expect(conflict.field == MemberField.number)
        #expect(conflict.sides == [one.side, two.side].sorted())
        #expect(state.number == (one.leaf < two.leaf ? 7 : 8))
    }

    @Test func concurrentChangesToEqualValuesBothHold() throws {
        var story = Story()
        let member = story.enroll(by: 1, seen: 0)
        let seen = story.now
        story.change(member, MemberField.number, to: .integer(7), by: 1, seen: seen)
        story.change(member, MemberField.number, to: .integer(7), by: 2, seen: seen)
        let state = try #require(story.member(member))
        #expect(state.conflicts.isEmpty)
        #expect(state.number == 7)
    }

    @Test func concurrentSealedValuesAlwaysConflictBecauseStateNeedsNoKey() throws {
        var story = Story()
        let member = story.enroll(by: 1, seen: 0)
        let seen = story.now
        story.change(member, MemberField.name, to: nil, by: 1, seen: seen)
        story.change(member, MemberField.name, to: nil, by: 2, seen: seen)
        #expect(try #require(story.member(member)).conflicts.count == 1)
    }

    @Test func concurrentChangesOfDifferentFieldsSimplyBothHold() throws {
        var story = Story()
        let member = story.enroll(by: 1, seen: 0)
        let seen = story.now
        story.change(member, MemberField.number, to: .integer(7), by: 1, seen: seen)
        story.change(member, MemberField.active, to: .flag(false), by: 2, seen: seen)
        let state = try #require(story.member(member))
        #expect(state.conflicts.isEmpty)
        #expect(state.number == 7)
        #expect(!state.isActive)
    }

    @Test func whileAmendmentsDisagreeTheValueBeforeBothStands() throws {
        var story = Story()
        let entry = story.exchange(by: 1, seen: 0, minutes: 60)
        let seen = story.now
        let ninety = Value.shares(Story.shares(1, 2, 90))
        let thirty = Value.shares(Story.shares(1, 2, 30))
        story.amend(entry, HoursField.shares, to: ninety, by: 1, seen: seen)
        story.amend(entry, HoursField.shares, to: thirty, by: 2, seen: seen)
        let state = try #require(story.hours(entry))
        #expect(state.shares.given == Minutes(60))
        #expect(state.conflicts.map(\.kind) == [.amend])
    }

    @Test func theValueBeforeBothIsTheirCommonPastNotTheCreation() throws {
        var story = Story()
        let entry = story.exchange(by: 1, seen: 0, minutes: 60)
        story.amend(
            entry, HoursField.shares, to: .shares(Story.shares(1, 2, 75)), by: 1, seen: 1)
        let seen = story.now
        story.amend(
            entry, HoursField.shares, to: .shares(Story.shares(1, 2, 90)), by: 1, seen: seen)
        story.amend(
            entry, HoursField.shares, to: .shares(Story.shares(1, 2, 30)), by: 2, seen: seen)
        #expect(try #require(story.hours(entry)).shares.given == Minutes(75))
    }

    @Test func partiesMinutesAndSplitAreOneField() throws {
        var story = Story()
        let entry = story.exchange(by: 1, seen: 0, minutes: 60)
        let seen = story.now
        story.amend(
            entry, HoursField.shares, to: .shares(Story.shares(1, 2, 90)), by: 1, seen: seen)
        story.amend(
            entry, HoursField.shares, to: .shares(Story.shares(1, 3, 60)), by: 2, seen: seen)
        #expect(try #require(story.hours(entry)).conflicts.count == 1)
    }

    @Test func aDecisionThatHadSeenBothSidesHolds() throws {
        var story = Story()
        let entry = story.exchange(by: 1, seen: 0, minutes: 60)
        let seen = story.now
        story.amend(entry, HoursField.category, to: .text("food"), by: 1, seen: seen)
        story.amend(entry, HoursField.category, to: .text("care"), by: 2, seen: seen)
        let conflict = try #require(story.hours(entry)?.conflicts.first)
        story.decide(conflict, .take, value: .text("care"), seen: story.now)
        let state = try #require(story.hours(entry))
        #expect(state.conflicts.isEmpty)
        #expect(state.category == "care")
    }

    /// No entry falls out of the book by a decision that says what its field cannot hold.
    @Test(
        arguments: [
            (HoursField.serviceDate, Value.integer(1)), (HoursField.serviceDate, nil),
            (HoursField.shares, .text("90")), (HoursField.shares, nil),
        ] as [(FieldNumber, Value?)])
    func aDecisionWhoseValueTheFieldCannotHoldChangesNothing(
        field: FieldNumber, value: Value?
    ) throws {
        var story = Story()
        let entry = story.exchange(by: 1, seen: 0, minutes: 60)
        let seen = story.now
        for (replica, day) in [(1, 2), (2, 3)] {
            story.amend(
                entry, HoursField.serviceDate, to: .date(Story.date(day)), by: replica, seen: seen)
            story.amend(
                entry, HoursField.shares, to: .shares(Story.shares(1, 2, Int64(30 * day))),
                by: replica, seen: seen)
        }
        let before = try #require(story.hours(entry))
        let conflict = try #require(before.conflicts.first { $0.field == field })
        story.decide(conflict, .take, value: value, seen: story.now)
        let after = try #require(story.hours(entry))
        #expect(after.conflicts == before.conflicts)
        #expect(after.shares == before.shares && after.serviceDate == before.serviceDate)
    }

    @Test func anEditThatHadNotSeenTheDecisionReopensIt() throws {
        var story = Story()
        let entry = story.exchange(by: 1, seen: 0, minutes: 60)
        let seen = story.now
        story.amend(entry, HoursField.category, to: .text("food"), by: 1, seen: seen)
        story.amend(entry, HoursField.category, to: .text("care"), by: 2, seen: seen)
        let stale = story.now
        let conflict = try #require(story.hours(entry)?.conflicts.first)
        story.decide(conflict, .take, value: .text("care"), seen: story.now)
        story.amend(entry, HoursField.category, to: .text("garden"), by: 3, seen: stale)
        #expect(try #require(story.hours(entry)).conflicts.map(\.kind) == [.amend])
    }

    @Test func twoDecisionsFromStaleViewsAreAResolutionConflict() throws {
        var story = Story()
        let entry = story.exchange(by: 1, seen: 0, minutes: 60)
        let seen = story.now
        story.amend(entry, HoursField.category, to: .text("food"), by: 1, seen: seen)
        story.amend(entry, HoursField.category, to: .text("care"), by: 2, seen: seen)
        let stale = story.now
        let conflict = try #require(story.hours(entry)?.conflicts.first)
        story.decide(conflict, .take, value: .text("food"), seen: stale, own: 0)
        story.decide(conflict, .take, value: .text("care"), seen: stale, own: 0)
        let reopened = try #require(story.hours(entry)?.conflicts.first)
        #expect(reopened.kind == .resolution)
        #expect(reopened.about == .amend)
        story.decide(reopened, .merge, value: .text("meals"), seen: story.now)
        let state = try #require(story.hours(entry))
        #expect(state.conflicts.isEmpty)
        #expect(state.category == "meals")
    }

    @Test func aContextOfAnUnknownBranchClaimsTooLittleAndShowsAConflict() throws {
        var story = Story()
        let entry = story.exchange(by: 1, seen: 0)
        story.amend(entry, HoursField.category, to: .text("food"), by: 1, seen: 1)
        story.write(
            .hoursAmended, by: 2, seen: 1_000_000, about: entry,
            [
                ChangeField.field: .integer(Int64(HoursField.category.value)),
                ChangeField.new: .text("care"),
            ], contextUnknown: true)
        #expect(try #require(story.hours(entry)).conflicts.count == 1)
    }

    @Test func aVoidEntryHasNoOpenQuestions() throws {
        var story = Story()
        let entry = story.exchange(by: 1, seen: 0)
        let seen = story.now
        story.amend(entry, HoursField.category, to: .text("food"), by: 1, seen: seen)
        story.amend(entry, HoursField.category, to: .text("care"), by: 2, seen: seen)
        story.write(.hoursVoided, by: 1, seen: story.now, about: entry, [:])
        let state = try #require(story.hours(entry))
        #expect(state.isVoid)
        #expect(state.conflicts.isEmpty)
    }

    @Test(arguments: 0..<20) func theOrderOfEventsNeverMatters(shuffle: Int) throws {
        var story = Story()
        let entry = story.exchange(by: 1, seen: 0)
        let seen = story.now
        for replica in 1...4 {
            story.amend(
                entry, HoursField.category, to: .text("tag-\(replica)"), by: replica, seen: seen)
        }
        story.amend(entry, HoursField.category, to: .text("late"), by: 5, seen: story.now - 2)
        let expected = decideEntity(story.events(about: entry))
        #expect(decideEntity(story.events(about: entry, shuffle: shuffle)) == expected)
        #expect(expected != nil)
    }
}
