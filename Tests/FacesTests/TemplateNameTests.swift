// Every name of every template is stored in what it is rendered with, in sections that no test
// fills as in others. Neighbors: TemplateNames looks; StringTableTests has the names after `t.`.

import Foundation
import Testing

@testable import Faces

@Suite("Names in templates")
struct TemplateNameTests {
    private static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    private static let device = Program(
        folders: ["Sources/SyncClient/WebApp"], templates: "Sources/SyncClient/WebApp/Templates",
        models: [
            "alike": "AlikeModel", "batch": "BatchModel", "card": "CardModel",
            "enroll": "EnrollModel", "entries": "EntriesModel", "entry": "EntryModel",
            "namesakes": "NamesakesModel", "parked": "ParkedModel", "people": "PeopleModel",
            "person": "PersonModel", "questions": "QuestionsModel", "record": "RecordModel",
            "slips": "SlipsModel", "sync": "SyncModel",
        ], partials: ["question", "slip-form"])

    private static let office = Program(
        folders: ["Sources/SyncServer/Console", "Sources/SyncServer/Conflicts"],
        templates: "Sources/SyncServer/Console/Templates",
        models: [
            "account": "AccountModel", "conflict": "ConflictModel", "conflicts": "ConflictsModel",
            "decided": "DecidedModel", "device": "DeviceModel", "devices": "DevicesModel",
            "home": "HomeModel", "join": "JoinModel", "kept": "KeptModel",
            "ledger": "LedgerModel", "ledgerentry": "LedgerEntryModel", "link": "LinkModel",
            "pair": "PairModel", "passphrase": "PassphraseModel", "people": "PeopleModel",
            "person": "PersonModel", "revoke": "RevokeModel", "several": "SeveralModel",
            "signin": "SignInModel", "waiting": "WaitingModel", "workers": "WorkersModel",
        ], partials: [])

    /// Both programs show it with a dictionary.
    private static let trouble: [String: TemplateType] = [
        "t": .texts, "frame": .named("PageFrame"), "sentence": .named("String"),
    ]

    private struct Program {
        let folders: [String]
        let templates: String
        let models: [String: String]
        /// Rendered by other templates alone, in what these have.
        let partials: Set<String>

        func names() throws -> TemplateNames {
            let swift = try TemplateNameTests.files(folders + ["Sources/Faces"], "swift").values
            let mustache = try TemplateNameTests.files(
                [templates, "Sources/Faces/Resources"], "mustache")
            return TemplateNames(templates: mustache, stored: StoredProperties(Array(swift)))
        }
    }

    /// By name, without what it ends with.
    private static func files(_ folders: [String], _ ending: String) throws -> [String: String] {
        var found: [String: String] = [:]
        for folder in folders {
            let all = FileManager.default.enumerator(
                at: root.appendingPathComponent(folder), includingPropertiesForKeys: nil)
            for case let file as URL in all ?? .init() where file.pathExtension == ending {
                found[file.deletingPathExtension().lastPathComponent] = try String(
                    contentsOf: file, encoding: .utf8)
            }
        }
        return found
    }

    @Test(
        "each is stored in what the template is rendered with, in every section",
        arguments: [
            0, 1,
        ])
    func stored(_ index: Int) throws {
        let program = [Self.device, Self.office][index]
        let names = try program.names()
        let known = Set(program.models.keys).union(program.partials).union([
            "frame", "moment", "trouble",
        ])
        #expect(known == Set(names.templates.keys))
        for (template, model) in program.models.sorted(by: { $0.key < $1.key }) {
            #expect(names.faults(of: template, model: model) == [], "\(template)")
        }
        let trouble = names.faults(of: "trouble", properties: Self.trouble, model: "trouble")
        #expect(trouble == [])
    }

    @Test(
        "what a template cannot see is found",
        arguments: [
            ("{{name}}", 0), ("{{nam}}", 1), ("{{label}}", 1), ("{{#lines}}{{day}}{{/lines}}", 0),
            ("{{#lines}}{{dya}}{{/lines}}", 1), ("{{#lines}}{{name}}{{/lines}}", 0),
            ("{{#lines}}{{note}}{{/lines}}", 1), ("{{#isOpen}}{{name}}{{/isOpen}}", 0),
            ("{{#note}}{{.}}{{/note}}", 0), ("{{^note}}{{nothing}}{{/note}}", 1),
            ("{{first.day}}", 0), ("{{first.dya}}", 1), ("{{t.any}}", 0),
            ("{{#lines}}{{> part}}{{/lines}}", 0), ("{{> part}}", 1),
            ("{{<frame}}{{$content}}{{nam}}{{/content}}{{/frame}}", 1),
            ("{{#only}}{{entries}}{{/only}}", 0), ("{{day}}", 1),
        ])
    func planted(_ template: String, _ count: Int) {
        let stored = StoredProperties([
            """
            struct Model: Sendable {
                struct Line: Sendable {
                    let day: String
                    // A line without one would show the page's.
                    let note: String?
                }
                struct Only: Sendable { let entries: [Line] }

                let t: [String: String]
                let name: String
                let note: String?
                let isOpen: Bool
                let lines: [Line]
                let first: Line
                let only: Only?
                var label: String { name }
                static let day = ""
            }
            """
        ])
        let names = TemplateNames(
            templates: [
                "it": template, "part": "{{day}}", "frame": "{{name}}{{$content}}{{/content}}",
            ],
            stored: stored)
        #expect(names.faults(of: "it", model: "Model").count == count, "\(template)")
    }
}
