// Who may talk to the page of a device: cases 25 and 26 of the list of faults, as a table.

import Testing

@testable import Faces

@Suite("Gate")
struct GateTests {
    private static let key = "0123456789abcdef"

    struct Row: Sendable, CustomTestStringConvertible {
        let what: String
        var host: String? = "127.0.0.1:8421"
        var origin: String? = "http://127.0.0.1:8421"
        var site: String? = "same-origin"
        var cookie: String? = GateTests.key
        var isWrite = true
        let verdict: Gate.Verdict
        var testDescription: String { what }
    }

    @Test(
        "only this machine's own pages, with the key of this run, get anything",
        arguments: [
            Row(what: "a form of its own", verdict: .pass),
            Row(
                what: "by its other name", host: "localhost:8421",
                origin: "http://localhost:8421", verdict: .pass),
            Row(
                what: "an address typed in", origin: nil, site: "none", isWrite: false,
                verdict: .pass),
            Row(
                what: "a browser that does not say from where", origin: nil, site: nil,
                isWrite: false, verdict: .pass),
            Row(
                what: "a name that was made to lead here", host: "evil.example:8421",
                origin: "http://evil.example:8421", verdict: .misdirected),
            Row(what: "another port", host: "127.0.0.1:80", verdict: .misdirected),
            Row(what: "no host", host: nil, verdict: .misdirected),
            Row(
                what: "another site's form", origin: "https://evil.example",
                site: "cross-site", verdict: .foreign),
            Row(
                what: "another port's form", origin: "http://127.0.0.1:9999", site: "same-site",
                verdict: .foreign),
            Row(what: "a form without an origin", origin: nil, verdict: .foreign),
            Row(what: "a framed form", origin: "null", verdict: .foreign),
            Row(
                what: "another site's image", origin: nil, site: "cross-site", isWrite: false,
                verdict: .foreign),
            Row(what: "another user of the machine", cookie: nil, verdict: .locked),
            Row(what: "a key of an earlier run", cookie: "0123456789abcdee", verdict: .locked),
            Row(what: "half a key", cookie: "01234567", verdict: .locked),
        ])
    func verdicts(_ row: Row) {
        let gate = Gate(port: 8421, key: Self.key)
        let request = Provenance(
            host: row.host, origin: row.origin, site: row.site, isWrite: row.isWrite)
        #expect(gate.verdict(request, cookie: row.cookie) == row.verdict)
    }

    @Test("an empty key opens nothing")
    func empty() { #expect(!Gate(port: 1, key: Self.key).isKey("")) }
}

@Suite("Form fields")
struct FormFieldsTests {
    @Test("are read as browsers write them")
    func read() throws {
        let fields = try FormFields(
            encoded: "name=Luc%C3%ADa+G%C3%B3mez&note=a%3Db%26c&empty=&x=+y+")
        #expect(fields["name"] == "Lucía Gómez" && fields["note"] == "a=b&c")
        #expect(fields["empty"] == "" && fields["none"] == "" && fields["x"] == "y")
    }

    @Test("refuse what no browser writes", arguments: ["a=%", "a=%f", "a=%zz", "a=%ff", "%C3=1"])
    func malformed(_ text: String) {
        #expect(throws: FormFields.Fault.malformed) { try FormFields(encoded: text) }
    }

    @Test("are bounded")
    func bounded() {
        let long = "a=" + String(repeating: "b", count: FormFields.bytesMax)
        #expect(throws: FormFields.Fault.tooLarge) { try FormFields(encoded: long) }
        let many = String(repeating: "a=1&", count: FormFields.fieldsMax + 1)
        #expect(throws: FormFields.Fault.tooLarge) { try FormFields(encoded: many) }
    }
}
