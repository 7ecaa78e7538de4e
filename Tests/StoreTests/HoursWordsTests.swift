// Who did what for whom, in words: credits that only change hands read as people mean them.
// Neighbors: Sources/Store/Views.

import Shared
import Testing
import Texts

@testable import Store

@Suite struct HoursWordsTests {
    @Test(
        arguments: [
            (HoursForm.exchange, "A gave 1:00 to B"), (.contribution, "A gave 1:00 to B"),
            (.donation, "B gave 1:00 to A"), (.redemption, "B paid 1:00 to A"),
            (.grant, "A got 1:00 from B"), (.openingBalance, "A got 1:00 from B"),
        ])
    func everyFormReadsAsItIsMeant(form: HoursForm, expected: String) {
        let sentence = form.sentence(providers: "A", time: "1:00", recipients: "B")
        #expect(Voice.terminal(sentence) == expected)
    }

    /// Columns of listings agree with the sentences.
    @Test(arguments: HoursForm.allCases)
    func whoGaveInAListingGaveInTheSentence(form: HoursForm) {
        let sides = form.asMeant(providers: "A", recipients: "B")
        let sentence = Voice.terminal(
            form.sentence(providers: "A", time: "1:00", recipients: "B"))
        #expect(
            sentence.hasPrefix("\(sides.gave) gave") || sentence.hasPrefix("\(sides.gave) paid")
                || sentence.hasSuffix("got 1:00 from \(sides.gave)"))
        #expect(sides.received != sides.gave)
    }

    @Test func whereTheFormIsNotKnownNobodyIsSaidToHaveGiven() {
        let sentence = HoursForm?.none.sentence(providers: "A", time: "1:00", recipients: "B")
        #expect(Voice.terminal(sentence) == "A credited with 1:00 by B")
    }
}
