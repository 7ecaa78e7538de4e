// Records, their lines and their raw bytes.

import Testing

@testable import SyncClient

@Suite struct CSVReaderTests {
    private func read(_ text: String) -> [CSVRecord] { CSVReader.records(Array(text.utf8)) }
    private func fields(_ text: String) -> [[String]?] { read(text).map { try? $0.fields.get() } }

    @Test func plainAndQuoted() {
        #expect(fields("a,b\n\"c,d\",\"e \"\"f\"\"\"\n") == [["a", "b"], ["c,d", "e \"f\""]])
    }

    @Test func lineEndsOfEitherKindAndNone() {
        #expect(fields("a,b\r\nc,\r\n,d") == [["a", "b"], ["c", ""], ["", "d"]])
        #expect(read("a,b\r\nc,d").map(\.raw) == [Array("a,b".utf8), Array("c,d".utf8)])
    }

    @Test func aRecordOverTwoLinesKeepsItsFirstLineAndItsBytes() {
        let records = read("a\n\"b\nc\",d\ne\n")
        #expect(records.map(\.line) == [1, 2, 4])
        #expect(records[1].raw == Array("\"b\nc\",d".utf8))
        #expect(fields("\"b\r\nc\"\n") == [["b\r\nc"]])
    }

    @Test func emptyLinesAreCountedAndPassedOver() {
        #expect(read("\na\n\r\n\nb\n\n").map(\.line) == [2, 5])
        #expect(read("").isEmpty)
    }

    @Test func aByteOrderMarkIsNoText() {
        #expect(fields("\u{FEFF}a,b") == [["a", "b"]])
    }

    @Test func aStrayQuoteCostsItsOwnRowOnly() {
        let records = read("a,b\n\"c,d\ne,f\n\"g\"h,i\n\"j\",k\n")
        #expect(records.map(\.line) == [1, 2, 3, 4, 5])
        let good = records.map { (try? $0.fields.get()) != nil }
        #expect(good == [true, false, true, false, true])
        #expect(records[1].raw == Array("\"c,d".utf8))
    }

    @Test func bytesThatAreNotUTF8AreNamedByLine() {
        let records = CSVReader.records(Array("a\nb".utf8) + [0xE9] + Array("\nc".utf8))
        #expect(records.map(\.line) == [1, 2, 3])
        guard case .failure(.notUTF8) = records[1].fields else {
            Issue.record("line 2 is not UTF-8")
            return
        }
    }
}
