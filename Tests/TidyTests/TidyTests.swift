// Applies every rule to every source file, and every rule to the samples planted for it.
// Neighbors: TidyRule.swift (the rules), Repository.swift (the files), Planted.swift (the samples).

internal import Testing

@Suite("The tree is tidy")
struct TidyTests {
    @Test("Every source file keeps the rule", arguments: TidyRule.all)
    func everyFileKeeps(rule: TidyRule) {
        for finding in Repository.files.flatMap(rule.findings) {
            Issue.record("\(finding)")
        }
    }

    @Test("The walk reaches every folder, so that nothing is tidy for want of files")
    func walkReachesEveryFolder() {
        for folder in Repository.folders {
            #expect(Repository.files.contains { $0.folder == folder }, "no file under \(folder)/")
        }
        #expect(Repository.files.contains { $0.path == "Sources/Shared/Clocks/VectorClock.swift" })
        #expect(!Repository.files.contains { $0.name.hasSuffix(".pb.swift") })
    }
}

@Suite("Each rule finds what is planted for it")
struct PlantedTests {
    @Test("Every rule has samples to find and samples to let pass", arguments: TidyRule.all)
    func everyRuleHasSamples(rule: TidyRule) {
        let samples = Planted.all.filter { $0.rule == rule.name }
        #expect(samples.contains { !$0.lines.isEmpty })
        #expect(samples.contains { $0.lines.isEmpty })
    }

    @Test("A rule finds exactly the planted lines", arguments: Planted.all)
    func findsExactlyWhatIsPlanted(sample: Planted) throws {
        let rule = try #require(TidyRule.all.first { $0.name == sample.rule })
        let found = rule.findings(in: sample.file).map(\.line).sorted()
        #expect(found == sample.lines, "\(sample.rule) in \(sample.path)")
    }

    @Test("Functions are measured from keyword to closing brace")
    func functionsAreMeasured() {
        let text = """
            protocol P { func required() -> Int; var asked: Int { get } }
            struct S {
                var stored = 1
                init(f: () -> Void = { _ = "}" }) {
                    self.stored = 2  // }
                }
                func == (a: Int) -> [Int] {
                    let text = "{ \\(a.map { "{\\($0)" })"
                    return []
                }
                var computed: Int {
                    .init(3)
                }
            }
            """
        let spans = SourceText(text).functions
        #expect(spans.map(\.name) == ["asked", "init", "=", "computed"])
        #expect(spans.map(\.firstLine) == [1, 4, 7, 11])
        #expect(spans.map(\.lineCount) == [1, 3, 4, 3])
    }

    @Test("Strings, comments and interpolations fall into their layers")
    func layers() {
        let text = ##"let a = "x\(f("y"))z" /* c /* d */ e */ + #"q\#(g)"r"# // h"##
        let source = SourceText(text)
        func words(_ layer: Layer) -> [Substring] {
            source.lines(layer)[0].split { !$0.isWordPart }
        }
        #expect(words(.code) == ["let", "a", "f", "g"])
        #expect(words(.string) == ["x", "y", "z", "q", "r"])
        #expect(words(.comment) == ["c", "d", "e", "h"])
    }
}
