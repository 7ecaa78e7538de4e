// What people say of an entry: confirmations, disputes, marks of two entries, and numbers.

import Shared
import Testing

extension Story {
    @discardableResult
    fileprivate mutating func say(
        _ kind: Kind, _ entry: EntityID, by number: Int, seen: Int, party: Int? = nil,
        other: EntityID? = nil
    ) -> RecordedEvent {
        var payload = Payload()
        payload[TestimonyField.party] = party.map { .entity(Self.member($0)) }
        payload[TestimonyField.other] = other.map { .entity($0) }
        return write(kind, by: number, seen: seen, about: entry, payload)
    }
}

@Suite struct ConfirmationTests {
    @Test func aPartysWordHoldsUntilWhatItWasAboutIsChanged() throws {
        var story = Story()
        let entry = story.exchange(by: 1, seen: 0)
        story.say(.hoursConfirmed, entry, by: 1, seen: 0, party: 2)
        #expect(story.hours(entry)?.confirmedBy == [Story.member(2)])
        story.amend(entry, HoursField.category, to: .text("food"), by: 1, seen: 0)
        #expect(story.hours(entry)?.confirmedBy == [Story.member(2)])
        story.amend(entry, HoursField.shares, to: .shares(Story.shares(1, 2, 30)), by: 1, seen: 0)
        #expect(story.hours(entry)?.confirmedBy == [])
        story.say(.hoursConfirmed, entry, by: 1, seen: 0, party: 2)
        #expect(story.hours(entry)?.confirmedBy == [Story.member(2)])
    }

    @Test func aStrangersWordIsNone() {
        var story = Story()
        let entry = story.exchange(by: 1, seen: 0, 1, 2)
        story.say(.hoursConfirmed, entry, by: 1, seen: 0, party: 3)
        #expect(story.hours(entry)?.confirmedBy == [])
    }

    @Test func aVoidThatHadNotSeenAConfirmationIsAskedAbout() {
        var story = Story()
        let entry = story.exchange(by: 1, seen: 0)
        story.say(.hoursConfirmed, entry, by: 2, seen: 1, party: 2)
        story.write(.hoursVoided, by: 1, seen: 0, about: entry, [:])
        #expect(story.hours(entry)?.isVoidDisputed == true)
        #expect(story.group().standings[entry] == .contested)
    }

    @Test func aReinstatementEndsTheVoidItHadSeenAndDisputesOthers() {
        var story = Story()
        let entry = story.exchange(by: 1, seen: 0)
        story.write(.hoursVoided, by: 1, seen: 0, about: entry, [:])
        #expect(story.hours(entry)?.isVoid == true)
        story.say(.hoursReinstated, entry, by: 2, seen: 2)
        #expect(story.hours(entry)?.isVoid == false)
        #expect(story.group().standings[entry] == .counts)
        story.write(.hoursVoided, by: 3, seen: 2, about: entry, [:])
        #expect(story.hours(entry)?.isVoidDisputed == true)
        story.write(.hoursVoided, by: 3, seen: 4, about: entry, [:])
        #expect(story.hours(entry)?.isVoid == true)
    }

    @Test func aDisputeMarksAndChangesNothingThatCounts() {
        var story = Story()
        let entry = story.exchange(by: 1, seen: 0)
        let dispute = story.say(.hoursDisputed, entry, by: 2, seen: 1, party: 2)
        #expect(story.hours(entry)?.disputes == [dispute.side])
        #expect(story.group().standings[entry] == .counts)
        #expect(story.group().conflicts.isEmpty)
    }

    @Test func whatHadSeenADisputeAnswersIt() {
        for kind in [Kind.hoursAmended, .hoursVoided, .hoursConfirmed] {
            for seen in [1, 2] {
                var story = Story()
                let entry = story.exchange(by: 1, seen: 0)
                story.say(.hoursDisputed, entry, by: 2, seen: 1, party: 2)
                switch kind {
                case .hoursAmended:
                    story.amend(
                        entry, HoursField.category, to: .text("food"), by: 3, seen: seen)
                default: story.say(kind, entry, by: 3, seen: seen, party: 2)
                }
                #expect(story.hours(entry)?.disputes.isEmpty == (seen == 2))
            }
        }
    }

    @Test func anothersConfirmationDoesNotAnswerADispute() {
        var story = Story()
        let entry = story.exchange(by: 1, seen: 0)
        story.say(.hoursDisputed, entry, by: 2, seen: 1, party: 2)
        story.say(.hoursConfirmed, entry, by: 3, seen: 2, party: 1)
        #expect(story.hours(entry)?.disputes.count == 1)
    }
}

@Suite struct MarkTests {
    @Test func entriesMarkedDistinctAreNeverAskedAgain() {
        var story = Story()
        let one = story.exchange(by: 1, seen: 0)
        let two = story.exchange(by: 2, seen: 0)
        story.say(.hoursMarkedDistinct, two, by: 3, seen: 2, other: one)
        #expect(story.group().standings == [one: .counts, two: .counts])
        #expect(story.group().conflicts.isEmpty)
    }

    @Test func twoOfOneDeviceMarkedTheSameAreOneServiceAndAsked() {
        var story = Story()
        let long = story.exchange(by: 1, seen: 0, minutes: 60)
        let short = story.exchange(by: 1, seen: 0, minutes: 45)
        story.say(.hoursMarkedSame, long, by: 1, seen: 0, other: short)
        #expect(story.group().standings == [short: .counts, long: .contested])
        #expect(story.group().conflicts.map(\.kind) == [.duplicate])
    }

    @Test func aMarkJoinsNeitherOtherPeopleNorAnotherDay() {
        var story = Story()
        let one = story.exchange(by: 1, seen: 0, 1, 2, on: 1)
        let two = story.exchange(by: 2, seen: 0, 1, 2, on: 2)
        story.say(.hoursMarkedSame, one, by: 3, seen: 2, other: two)
        #expect(story.group().conflicts.isEmpty)
    }

    @Test func theLaterMarkHoldsAndOfTwoThatHadNotSeenEachOtherTheCarefulOne() {
        for seen in [2, 3] {
            var story = Story()
            let one = story.exchange(by: 1, seen: 0)
            let two = story.exchange(by: 2, seen: 0)
            story.say(.hoursMarkedSame, one, by: 3, seen: 2, other: two)
            story.say(.hoursMarkedDistinct, two, by: 4, seen: seen, other: one)
            #expect(story.group().conflicts.isEmpty == (seen == 3))
        }
    }

    @Test func anAdminsDecisionOutweighsAMark() throws {
        var story = Story()
        let one = story.exchange(by: 1, seen: 0)
        let two = story.exchange(by: 1, seen: 0)
        story.say(.hoursMarkedSame, one, by: 1, seen: 0, other: two)
        story.decide(try #require(story.group().conflicts.first), .bothHappened, seen: story.now)
        #expect(story.group().standings == [one: .counts, two: .counts])
        #expect(story.group().conflicts.isEmpty)
    }

    @Test func twoOfOneDeviceAndTwoOfAnotherMarkedSameAcrossStayTwo() {
        var story = Story()
        let first = [story.exchange(by: 1, seen: 0), story.exchange(by: 1, seen: 0)]
        let second = [story.exchange(by: 2, seen: 0), story.exchange(by: 2, seen: 0)]
        for (one, two) in zip(first, second) {
            story.say(.hoursMarkedSame, one, by: 3, seen: 4, other: two)
        }
        let counting = story.group().standings.values.count { $0 == .counts }
        #expect(counting == 2)
    }
}

@Suite struct UndoneTests {
    private func undo(_ decision: RecordedEvent, in story: inout Story) {
        let payload = decision.event.payload
        story.write(
            .conflictUndone, by: 0, seen: story.now, about: decision.event.entity,
            [
                UndoingField.conflict: payload[ResolutionField.conflict]!,
                UndoingField.sides: payload[ResolutionField.sides]!,
                UndoingField.decision: .sides([decision.side]),
            ])
    }

    @Test func anUndoneDecisionAboutAFieldIsAsIfItHadNeverBeenMade() throws {
        var story = Story()
        let entry = story.exchange(by: 1, seen: 0)
        for (replica, tag) in [(1, "food"), (2, "care")] {
            story.amend(entry, HoursField.category, to: .text(tag), by: replica, seen: 1)
        }
        let before = try #require(story.hours(entry)?.conflicts.first)
        let decision = story.decide(before, .take, value: .text("food"), seen: story.now)
        #expect(story.hours(entry)?.conflicts.isEmpty == true)
        undo(decision, in: &story)
        #expect(story.hours(entry)?.conflicts == [before])
    }

    @Test func anUndoneDecisionAboutAClusterReopensIt() throws {
        var story = Story()
        story.exchange(by: 1, seen: 0)
        story.exchange(by: 2, seen: 0)
        let before = story.group()
        let conflict = try #require(before.conflicts.first)
        let decision = story.decide(conflict, .bothHappened, seen: story.now)
        #expect(story.group().conflicts.isEmpty)
        undo(decision, in: &story)
        #expect(story.group() == before)
    }

    @Test func ofTwoDecisionsThatDisagreeTheOneNotUndoneHolds() throws {
        var story = Story()
        let one = story.exchange(by: 1, seen: 0)
        story.exchange(by: 2, seen: 0)
        let conflict = try #require(story.group().conflicts.first)
        let seen = story.now
        story.decide(conflict, .take, kept: [conflict.sides[0]], seen: seen)
        let other = story.decide(conflict, .void, seen: seen, own: 0)
        #expect(story.group().conflicts.map(\.kind) == [.resolution])
        undo(other, in: &story)
        let group = story.group()
        #expect(group.conflicts.isEmpty)
        #expect(group.standings.values.sorted { $0.rawValue < $1.rawValue } == [.counts, .dropped])
        #expect(group.standings[one] != nil)
    }
}

@Suite struct NumberTests {
    @Test func theHigherLeafOfTwoWithOneNumberIsToBeRenumbered() throws {
        var story = Story()
        let members = [story.enroll(7, by: 1, seen: 0), story.enroll(7, by: 2, seen: 0)]
            .compactMap { story.member($0) }.sorted { $0.leaf < $1.leaf }
        story.enroll(8, by: 1, seen: 0)
        let all = story.ledger.compactMap { story.member($0.event.entity) }
        let conflict = try #require(decideNumbers(all).first)
        #expect(decideNumbers(all).count == 1)
        #expect(conflict.kind == .number)
        #expect(conflict.entity == members[1].id)
        #expect(conflict.standing.map(\.dot) == [members[0].id.dot])
        story.decide(conflict, .merge, value: .integer(9), seen: story.now)
        #expect(story.member(members[1].id)?.number == 9)
        let after = Set(story.ledger.map(\.event.entity)).compactMap { story.member($0) }
        #expect(decideNumbers(after).isEmpty)
    }

    @Test func inTwoNeighborhoodsTheSameNumberIsNoQuestion() {
        var story = Story()
        let one = story.enroll(7, by: 1, seen: 0)
        let two = story.write(
            .memberEnrolled, by: 2, seen: 0, [MemberField.number: .integer(7)], home: story.other)
        let members = [one, two.event.entity].compactMap { story.member($0) }
        #expect(members.count == 2)
        #expect(decideNumbers(members).isEmpty)
    }
}
