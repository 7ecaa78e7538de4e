// Who did what for whom, in words: credits that only change hands read as people mean them.
// Neighbors: Sources/Store/Views.

import Shared
import Testing

@testable import Store

@Suite struct HoursWordsTests {
    @Test(
        arguments: [
            (HoursForm.exchange, "A gave 1:00 to B"), (.contribution, "A gave 1:00 to B"),
            (.donation, "B gave 1:00 to A"), (.redemption, "B paid 1:00 to A"),
            (.grant, "A got 1:00 from B"), (.openingBalance, "A got 1:00 from B"),
        ])
    func everyFormReadsAsItIsMeant(form: HoursForm, expected: String) {
        #expect(form.sentence(providers: "A", time: "1:00", recipients: "B") == expected)
    }
}
