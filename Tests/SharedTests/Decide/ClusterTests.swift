// Duplicate clusters: what is one service recorded twice, how many count, and what a decision does.

import Shared
import Testing

@Suite struct ClusterTests {
    private func standings(_ group: GroupState) -> [EntryStanding] {
        group.standings.sorted { $0.key < $1.key }.map(\.value)
    }

    @Test func oneServiceRecordedOnTwoReplicasCountsOnceAndIsAsked() throws {
        var story = Story()
        let short = story.exchange(by: 1, seen: 0, minutes: 45)
        let long = story.exchange(by: 2, seen: 0, minutes: 60)
        let group = story.group()
        #expect(group.standings == [short: .counts, long: .contested])
        #expect(group.conflicts.map(\.kind) == [.duplicate])
        #expect(Set(group.conflicts[0].sides.map(\.dot)) == [short.dot, long.dot])
    }

    /// A decision about it has that entry's home.
    @Test(arguments: 1...8)
    func theConflictIsAboutTheEntryWithTheLowestLeaf(day: Int) throws {
        var story = Story()
        for replica in 1...3 { story.exchange(by: replica, seen: 0, on: day) }
        let conflict = try #require(story.group().conflicts.first)
        let lowest = try #require(story.ledger.min { $0.leaf < $1.leaf })
        #expect(conflict.entity == lowest.event.entity)
        #expect(conflict.sides.map(\.leaf) == story.ledger.map(\.leaf).sorted())
    }

    @Test func thirtyDailyVisitsByTwoWorkersInTurnAllCount() {
        var story = Story()
        for day in 1...30 { story.exchange(by: 1 + day % 2, seen: 0, on: day) }
        let group = story.group()
        #expect(standings(group) == Array(repeating: .counts, count: 30))
        #expect(group.conflicts.isEmpty)
    }

    @Test func twiceOnOneReplicaIsNoDuplicate() {
        var story = Story()
        story.exchange(by: 1, seen: 0)
        story.exchange(by: 1, seen: 0)
        #expect(story.group().conflicts.isEmpty)
    }

    @Test func whoHadSeenTheOtherEntryMeantASecondService() {
        var story = Story()
        story.exchange(by: 1, seen: 0)
        story.exchange(by: 2, seen: 1)
        #expect(story.group().conflicts.isEmpty)
    }

    @Test(
        arguments: [
            ("food", "care", 0), ("food", nil, 1), (nil, nil, 1), ("food", "food", 1),
        ] as [(String?, String?, Int)])
    func categoriesDistinguishOnlyWhenBothAreKnown(one: String?, two: String?, conflicts: Int) {
        var story = Story()
        story.exchange(by: 1, seen: 0, category: one)
        story.exchange(by: 2, seen: 0, category: two)
        #expect(story.group().conflicts.count == conflicts)
    }

    @Test func twoSlipsAreTwoServicesAndOneSlipIsOneThoughItWasSeen() {
        var two = Story()
        two.exchange(by: 1, seen: 0, slip: "17")
        two.exchange(by: 2, seen: 0, slip: "18")
        #expect(two.group().conflicts.isEmpty)
        var one = Story()
        one.exchange(by: 1, seen: 0, slip: "17")
        one.exchange(by: 2, seen: 1, slip: "17")
        #expect(one.group().conflicts.count == 1)
    }

    @Test func otherPartiesOrAnotherDayAreNotTheSame() {
        var story = Story()
        story.exchange(by: 1, seen: 0, 1, 2)
        story.exchange(by: 2, seen: 0, 2, 1)
        story.exchange(by: 3, seen: 0, 1, 2, on: 2)
        story.exchange(by: 4, seen: 0, 1, 3)
        #expect(story.group().conflicts.isEmpty)
    }

    @Test func asManyCountAsTheMostDiligentReplicaRecordedLowestMinutesFirst() {
        var story = Story()
        let a = story.exchange(by: 1, seen: 0, minutes: 50)
        let b = story.exchange(by: 1, seen: 0, minutes: 30)
        let c = story.exchange(by: 2, seen: 0, minutes: 40)
        #expect(story.group().standings == [a: .contested, b: .counts, c: .counts])
    }

    @Test func takingOneDropsTheOtherAndBothHappenedKeepsBoth() throws {
        var story = Story()
        let one = story.exchange(by: 1, seen: 0)
        let two = story.exchange(by: 2, seen: 0)
        let conflict = try #require(story.group().conflicts.first)
        let kept = try #require(conflict.sides.first { $0.dot == two.dot })
        var taken = story
        taken.decide(conflict, .take, kept: [kept], seen: taken.now)
        #expect(taken.group().standings == [one: .dropped, two: .counts])
        #expect(taken.group().conflicts.isEmpty)
        story.decide(conflict, .bothHappened, seen: story.now)
        #expect(story.group().standings == [one: .counts, two: .counts])
        #expect(story.group().conflicts.isEmpty)
    }

    @Test func voidingAClusterVoidsAllOfIt() throws {
        var story = Story()
        let one = story.exchange(by: 1, seen: 0)
        let two = story.exchange(by: 2, seen: 0)
        story.decide(
            try #require(story.group().conflicts.first), .void, seen: story.now)
        #expect(story.group().standings == [one: .void, two: .void])
    }

    @Test func contradictingDecisionsFromStaleViewsLoseNothing() throws {
        var story = Story()
        story.exchange(by: 1, seen: 0)
        story.exchange(by: 2, seen: 0)
        let conflict = try #require(story.group().conflicts.first)
        let stale = story.now
        story.decide(conflict, .take, kept: [conflict.sides[0]], seen: stale, own: 0)
        story.decide(conflict, .take, kept: [conflict.sides[1]], seen: stale, own: 0)
        let group = story.group()
        #expect(group.conflicts.map(\.kind) == [.resolution])
        #expect(group.conflicts.first?.decisions.count == 2)
        #expect(Set(group.standings.values) == [.counts, .contested])
        story.decide(
            try #require(group.conflicts.first), .take, kept: [conflict.sides[1]], seen: story.now)
        #expect(story.group().conflicts.isEmpty)
        #expect(Set(story.group().standings.values) == [.counts, .dropped])
    }

    @Test func aLaterDecisionAboutAnotherDuplicateKeepsTheEarlierOne() throws {
        var story = Story()
        let a = story.exchange(by: 1, seen: 0)
        let b = story.exchange(by: 2, seen: 0)
        let first = try #require(story.group().conflicts.first)
        let keepA = try #require(first.sides.first { $0.dot == a.dot })
        story.decide(first, .take, kept: [keepA], seen: story.now)
        let c = story.exchange(by: 3, seen: 0)
        let second = try #require(story.group().conflicts.first)
        #expect(Set(second.sides.map(\.dot)) == [a.dot, c.dot])
        story.decide(second, .take, kept: [keepA], seen: story.now)
        #expect(story.group().standings == [a: .counts, b: .dropped, c: .dropped])
        #expect(story.group().conflicts.isEmpty)
    }

    @Test func anAmendmentThatHadNotSeenTheDecisionReopensIt() throws {
        var story = Story()
        let one = story.exchange(by: 1, seen: 0)
        let two = story.exchange(by: 2, seen: 0)
        let stale = story.now
        let conflict = try #require(story.group().conflicts.first)
        let keep = try #require(conflict.sides.first { $0.dot == one.dot })
        story.decide(conflict, .take, kept: [keep], seen: story.now)
        story.amend(
            one, HoursField.serviceDate, to: .date(Story.date(9)), by: 1, seen: stale)
        #expect(story.group().standings == [one: .counts, two: .counts])
    }

    @Test func theSameRowImportedTwiceIsOneThingSilently() throws {
        let key = ImportKey(Bytes16(prefixOf: .of([1])))
        var story = Story()
        let one = story.exchange(by: 1, seen: 0, importKey: key)
        let two = story.exchange(by: 2, seen: 0, importKey: key)
        let group = story.group(repeated: [two])
        #expect(group.standings == [one: .counts, two: .repeatedImport])
        #expect(group.conflicts.isEmpty)
    }

    @Test func postingsOfEveryRuleSumToZero() {
        let home = Story().home
        let party = { (number: Int, minutes: Int64) in
            Party(account: Story.member(number), minutes: Minutes(minutes))
        }
        let shares = [
            Story.shares(1, 2, 61),
            Shares(
                providers: [party(1, 60)],
                recipients: Shares.equalParts(
                    of: Minutes(60), to: (2...8).map { Story.member($0) })),
            Shares(
                providers: [party(1, 60)], recipients: [party(2, 60), party(3, 45)], rule: .pot),
        ]
        for each in shares {
            let postings = each.postings(home: home)
            #expect(postings.map(\.minutes.value).reduce(0, +) == 0)
            #expect(postings.contains { $0.minutes > .zero && $0.account == Story.member(1) })
        }
        #expect(shares[1].recipients.map(\.minutes.value) == [9, 9, 9, 9, 8, 8, 8])
    }
}
