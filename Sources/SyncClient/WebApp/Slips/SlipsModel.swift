// What the pages of slips show: piles, one pile with the form for its next row, one parked slip.
// Neighbors: FieldSite+Slips fills these; slips, batch, parked and slip-form.mustache show them.

internal import Faces
internal import Shared
internal import Store
internal import Texts

struct SlipsModel: Sendable {
    struct Line: Sendable {
        let number: String
        let words: String
    }

    let t: [String: String]
    let frame: PageFrame
    let mustChoose: Bool
    let open: [Line]
    let hasOpen: Bool
    let finished: [Line]
    let hasFinished: Bool
    let parked: [Line]
    let hasParked: Bool
    let cover: CoverModel
    let fault: String?
}

/// The sheet on top of a pile, as it is typed.
struct CoverModel: Sendable {
    let slips: String
    let hours: String
}

struct BatchModel: Sendable {
    struct Sum: Sendable {
        let name: String
        let found: String
        /// "as on the cover", "2 fewer than the cover says"; nil where it says nothing.
        let verdict: String?
        let needsLook: Bool
    }
    struct Row: Sendable {
        let line: String
        let slip: String
        let id: String
        let day: String
        let gave: String
        let received: String
        let time: String
        let category: String?
        let isVoid: Bool
    }

    let t: [String: String]
    let frame: PageFrame
    let number: String
    let isOpen: Bool
    let mustChoose: Bool
    let sums: [Sum]
    let form: SlipFormModel
    let rows: [Row]
    let hasRows: Bool
    /// Earlier ones are not on the page.
    let isCut: Bool
    /// The line that can be taken back.
    let last: String?
    let parked: [SlipsModel.Line]
    let hasParked: Bool
    let cover: CoverModel
}

struct ParkedModel: Sendable {
    let t: [String: String]
    let frame: PageFrame
    let number: String
    let batch: String
    let parkedAt: String
    let form: SlipFormModel
    /// Beside the form that throws it away. Named apart from what the fields of the slip have.
    let dropFault: String?
}

/// The form of one slip, and what hindered its saving.
struct SlipFormModel: Sendable {
    struct Field: Sendable {
        let name: String
        let label: String
        let value: String
        let fault: String?
        let finds: Bool
        let isFocused: Bool
        let hint: String?
        /// Values that it offers.
        let list: String?
        let lengthMax: Int
        /// What the row before had, as the form was filled with it; nil where it was not.
        let above: String?
        /// The same told beside the field, where it is no part of what was typed.
        let aside: String?
    }
    struct Carry: Sendable {
        let name: String
        let label: String
        let isOn: Bool
    }
    struct Unknown: Sendable {
        let words: String
        let places: [EnrollModel.Place]
        let mustPlace: Bool
    }
    struct Known: Sendable { let entries: [EntryLine] }
    struct Pointer: Sendable {
        let words: String
        let path: String
    }

    let action: String
    let once: String
    /// Where a draft of it is kept; nil on a page that keeps none.
    let draft: String?
    let fields: [Field]
    let carry: [Carry]
    let categories: [String]
    let mayPark: Bool
    let faults: [FieldFault]
    let hasFaults: Bool
    let unknown: Unknown?
    let known: Known?
    let pointer: Pointer?
}

extension SlipFormModel {
    private static let slipScalarsMax = 40
    private static let textMax = 400

    init(
        _ form: SlipForm, _ book: LocalBook, _ text: StringTable, action: String, draft: String?,
        refusal: SlipRefusal?, categories: [String], mayPark: Bool, place: String = ""
    ) throws {
        self.action = action
        self.draft = draft
        self.categories = categories
        self.mayPark = mayPark
        once = form.once
        var (faults, unknown): ([FieldFault], [String]) = ([], [])
        var (known, pointer): ([EntryLine], Pointer?) = ([], nil)
        switch refusal {
        case .faults(let found, let names): (faults, unknown) = (found, names)
        case .twice(let batch, let line):
            pointer = Pointer(
                words: text("slip_twice", ["slip": form.typed.slip, "line": "\(line)"]),
                path: "/slips/\(batch)?all=1#row-\(line)")
        case .parked(let number):
            pointer = Pointer(
                words: text("slip_parked_already", ["slip": form.typed.slip]),
                path: "/slips/parked/\(number)")
        case .known(let entries):
            known = try entries.compactMap { try book.views.hours($0) }.map { EntryLine($0, text) }
        case nil: break
        }
        (self.faults, hasFaults, self.pointer) = (faults, !faults.isEmpty, pointer)
        self.known = known.isEmpty ? nil : Known(entries: known)
        self.unknown = try unknown.isEmpty ? nil : Unknown(unknown, book, text, place: place)
        let hasTrouble = refusal != nil
        fields = Self.fields(form, faults, text, focuses: !hasTrouble, isParked: !mayPark)
        carry = SlipField.allCases.map { field in
            Carry(
                name: field.rawValue, label: text(field.textKey),
                isOn: form.carried.contains(field))
        }
    }

    private static func fields(
        _ form: SlipForm, _ faults: [FieldFault], _ text: StringTable, focuses: Bool,
        isParked: Bool
    ) -> [Field] {
        let typed = form.typed
        let values = [typed.slip] + SlipField.allCases.map { typed[$0] }
        let names = ["slip"] + SlipField.allCases.map(\.rawValue)
        let labels = ["slip_number"] + SlipField.allCases.map(\.textKey)
        let empty = values.firstIndex(of: "") ?? 0
        return names.indices.map { index in
            let name = names[index]
            let above = SlipField(rawValue: name).map { form.above[$0] }.flatMap {
                $0.isEmpty ? nil : $0
            }
            return Field(
                name: name, label: text(labels[index]), value: values[index],
                fault: faults.first { $0.field == name }?.text,
                finds: [SlipField.gave, .received].map(\.rawValue).contains(name),
                isFocused: focuses && index == empty,
                hint: SlipField(rawValue: name)?.example(text),
                list: name == SlipField.category.rawValue ? "categories" : nil,
                lengthMax: index == 0 ? slipScalarsMax : textMax, above: above,
                aside: isParked ? above.map { text("above_slip", ["value": $0]) } : nil)
        }
    }
}

extension SlipFormModel.Unknown {
    fileprivate init(
        _ names: [String], _ book: LocalBook, _ text: StringTable, place: String
    ) throws {
        words = text("enroll_and_save", ["names": names.joined(separator: "; ")])
        let held = try book.neighborhoods
        places = held.map { .init(code: $0.code, name: $0.name, isChosen: $0.code == place) }
        mustPlace = held.count > 1
    }
}

extension SlipField {
    var textKey: String {
        switch self {
        case .gave: "who_gave"
        case .received: "who_received"
        case .minutes: "how_long"
        case .date: "date"
        case .category: "category"
        }
    }

    /// As it may be typed; nil where nothing is to be shown.
    fileprivate func example(_ text: StringTable) -> String? {
        switch self {
        case .minutes: text("minutes_example")
        case .date: "2026-03-24 · 3-24 · 24"
        case .gave, .received, .category: nil
        }
    }
}

extension BatchModel {
    /// More would make the page slow; the others are a touch away.
    static let rowsShown = 20

    init(
        _ book: LocalBook, _ shelf: Shelf, _ batch: SlipBatch, _ visit: Visit,
        _ form: SlipFormModel, showsAll: Bool
    ) throws {
        let text = visit.text
        let rows = try book.tables.rows(of: batch.number)
        t = text.texts
        frame = try PageFrame(
            book, shelf, visit, title: text("batch_title", ["n": "\(batch.number)"]), place: .slips)
        number = "\(batch.number)"
        isOpen = batch.finishedAt == nil
        mustChoose = try book.currentWorker == nil
        self.form = form
        let parkedHere = try book.tables.parkedSlips().filter { $0.batch == batch.number }
        sums = try Self.sums(book, batch, rows, parked: parkedHere.count, text)
        let shown = showsAll ? rows[...] : rows.suffix(Self.rowsShown)
        isCut = shown.count < rows.count
        self.rows = try shown.reversed().map { try Row($0, book, text) }
        hasRows = !rows.isEmpty
        last = rows.last { !$0.isUndone }.map { "\($0.line)" }
        parked = parkedHere.map { SlipsModel.Line($0, text) }
        hasParked = !parked.isEmpty
        cover = CoverModel(batch.cover)
    }

    /// Parked slips are among those that the cover has more.
    private static func verdict(
        _ slips: CoverVerdict, parked: Int, _ text: StringTable
    ) -> String? {
        let words = text.words(slips) { "\($0)" }
        guard parked > 0, case .fewer(let missing) = slips, let words else { return words }
        return words + ", " + text("of_them_parked", ["n": "\(min(parked, Int(missing)))"])
    }

    private static func sums(
        _ book: LocalBook, _ batch: SlipBatch, _ rows: [SlipRow], parked: Int, _ text: StringTable
    ) throws -> [Sum] {
        let found = try SlipSums(rows, figures: book.views.figures)
        let (verdicts, isDone) = (found.verdicts(batch.cover), found.areDone(batch))
        let saved = Sum(
            name: text("slips_saved"), found: "\(found.slips)",
            verdict: Self.verdict(verdicts.slips, parked: parked, text),
            needsLook: verdicts.slips.needsLook(whenDone: isDone))
        let hours = Sum(
            name: text("hours_saved"), found: "\(found.minutes)",
            verdict: text.words(verdicts.minutes) { "\(Minutes($0))" },
            needsLook: verdicts.minutes.needsLook(whenDone: isDone))
        let aside = Sum(
            name: text("slips_parked"), found: "\(parked)", verdict: nil, needsLook: false)
        return [saved, hours] + (parked > 0 ? [aside] : [])
    }
}

extension StringTable {
    /// Nil where the cover says nothing.
    func words(_ verdict: CoverVerdict, amount: (Int64) -> String) -> String? {
        switch verdict {
        case .unclaimed: nil
        case .equal: self("cover_equal")
        case .fewer(let number): self("cover_fewer", ["n": amount(number)])
        case .more(let number): self("cover_more", ["n": amount(number)])
        }
    }
}

extension BatchModel.Row {
    fileprivate init(_ row: SlipRow, _ book: LocalBook, _ text: StringTable) throws {
        let record = try book.views.hours(row.entry)
        let entry = record.map { EntryLine($0, text) }
        line = "\(row.line)"
        slip = record?.slip ?? row.slip
        id = row.entry.description
        day = entry?.day ?? text("waits")
        gave = entry?.gave ?? ""
        received = entry?.received ?? ""
        time = entry?.time ?? "\(row.minutes)"
        category = entry?.category
        isVoid = row.isUndone || entry?.isVoid ?? false
    }
}

extension CoverModel {
    init(_ cover: SlipCover) {
        slips = cover.slips.map(String.init) ?? ""
        hours = cover.minutes?.description ?? ""
    }
}

extension SlipsModel.Line {
    init(_ parked: ParkedSlip, _ text: StringTable) {
        number = "\(parked.number)"
        words = parked.typed.isEmpty ? text("nothing_typed") : parked.typed.words
    }
}
