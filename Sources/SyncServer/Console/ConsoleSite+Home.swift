// The first page: what needs a person today, then how much was given, where, and who takes part.
// Neighbors: NeedsPerson and Figures know; home.mustache shows it.

internal import Faces
internal import Hummingbird
internal import Shared
internal import Store
internal import Texts

struct HomeModel: Sendable {
    struct Work: Sendable {
        let words: String
        let age: String?
        /// Where it is worked off; nil where there is no such page.
        let path: String?
    }

    let t: [String: String]
    let frame: PageFrame
    let works: [Work]
    let isQuiet: Bool
    /// "April 2025 to today, as of position 120".
    let period: String
    let hoursGiven: String
    let people: String
    let both: String
    let charts: [BarChart]
    let hasFigures: Bool
}

extension ConsoleSite {
    func homePage(_ visit: ConsoleVisit) async throws -> Response {
        let figures = try await desk.figures()
        let model = try await desk.read(visit.text) { [desk] views in
            let open = try desk.conflicts(views).lines(for: visit.person)
            let today = try OfficeToday(
                views, conflicts: open, for: visit.person,
                isReadOnly: desk.store.standing.sentence != nil, at: visit.now)
            return try HomeModel(
                today, figures, views, visit,
                frame: PageFrame(
                    views, visit, title: visit.text("home"), place: .home))
        }
        return html("home", model)
    }
}

extension HomeModel {
    fileprivate init(
        _ today: OfficeToday, _ figures: Figures, _ views: Views, _ visit: ConsoleVisit,
        frame: PageFrame
    ) throws {
        let text = visit.text
        (t, self.frame) = (text.texts, frame)
        works = today.waiting.map { Work($0, visit) }
        isQuiet = works.isEmpty
        let hours = figures.hours.filter { visit.person.serves([$0.home]) }
        let people = figures.people.filter { visit.person.serves([$0.home]) }
        period = text(
            "figures_period",
            [
                "from": text.monthOfYear(figures.months[0]), "position": "\(figures.position)",
            ])
        hoursGiven = "\(Minutes(hours.map(\.minutes.value).reduce(0, +)))"
        let (active, both) = (
            people.map(\.people).reduce(0, +), people.map(\.both).reduce(0, +)
        )
        self.people = "\(active)"
        self.both = text("both_of", ["n": "\(both)", "all": "\(active)"])
        hasFigures = !hours.isEmpty
        let sums = Sums(hours, text)
        charts =
            [
                sums.chart(
                    "months",
                    figures.months.map { month in
                        (text.monthOfYear(month), { $0.month == month })
                    }),
                sums.chart("neighborhoods", try Self.places(hours, views, visit)),
                sums.categories(),
            ].filter { !$0.bars.isEmpty } + [Self.freshness(today.devices, text)]
    }

    /// By name; also those without an hour.
    private static func places(
        _ hours: [ServiceHours], _ views: Views, _ visit: ConsoleVisit
    ) throws -> [(String, (ServiceHours) -> Bool)] {
        let names = Dictionary(
            uniqueKeysWithValues: try views.neighborhoods().map {
                (ScopeID.neighborhood($0.id), $0.name)
            })
        let served = names.keys.filter { visit.person.serves([$0]) }
        return Set(hours.map(\.home) + served).map { home in
            (names[home] ?? visit.text("whole_community"), home)
        }.sorted { ($0.0, $0.1) < ($1.0, $1.1) }.map { name, home in
            (name, { $0.home == home })
        }
    }

    private static func freshness(_ devices: DeviceFreshness, _ text: StringTable) -> BarChart {
        let labels =
            DeviceFreshness.dayLimits.map { text.count("within_days", Int($0)) }
            + [text("silent_longer")]
        return BarChart(
            id: "devices", title: text("device_freshness"), unit: text("devices"),
            rows: text("rows_devices"),
            zip(labels, devices.counts).map { ($0, Int64($1)) }
        ) { "\($0)" }
    }

    /// Whole hours: what the pictures are for. Tables and sums have the minutes.
    fileprivate static func hours(_ minutes: Int64) -> String { "\((minutes + 30) / 60)" }
}

/// Hours summed in one way and another.
private struct Sums {
    /// More are no longer told apart.
    private static let categoriesMax = 9

    let hours: [ServiceHours]
    let text: StringTable

    init(_ hours: [ServiceHours], _ text: StringTable) { (self.hours, self.text) = (hours, text) }

    func chart(_ id: String, _ groups: [(String, (ServiceHours) -> Bool)]) -> BarChart {
        bars(
            id,
            hours.isEmpty
                ? [] : groups.map { name, isOf in (name, minutes(hours.filter(isOf))) })
    }

    /// The largest first, the rest as one.
    func categories() -> BarChart {
        let sums = Dictionary(grouping: hours, by: { $0.category ?? text("no_category") })
            .map { (label: $0.key, amount: minutes($0.value)) }
            .sorted { ($1.amount, $0.label) < ($0.amount, $1.label) }
        let rest = sums.dropFirst(Self.categoriesMax).map(\.amount).reduce(0, +)
        let shown = sums.prefix(Self.categoriesMax).map { ($0.label, $0.amount) }
        return bars("categories", shown + (rest == 0 ? [] : [(text("other_categories"), rest)]))
    }

    private func bars(_ id: String, _ amounts: [(String, Int64)]) -> BarChart {
        BarChart(
            id: id, title: text("hours_by_\(id)"), unit: text("hours"),
            rows: text("rows_\(id)"),
            amounts.map { (label: $0.0, amount: $0.1) }, value: HomeModel.hours
        ) { "\(Minutes($0))" }
    }

    private func minutes(_ hours: [ServiceHours]) -> Int64 {
        hours.map(\.minutes.value).reduce(0, +)
    }
}

extension HomeModel.Work {
    fileprivate init(_ work: WaitingWork, _ visit: ConsoleVisit) {
        let text = visit.text
        words = text.count("waits_\(work.kind.rawValue)", work.count)
        age = work.since.map { text("oldest_of_them", ["ago": text.ago(from: $0, to: visit.now)]) }
        path = work.kind.place(for: visit.person.role)?.path
    }
}

extension WaitingWork.Kind {
    /// Where it can be seen to; nil for what is done with the programs, or is an admin's to see.
    fileprivate func place(for role: Role) -> ConsolePlace? {
        switch self {
        case .conflicts: .conflicts
        case .quarantined: .waiting
        case .held: role == .admin ? .waiting : nil
        case .copies, .parted, .ahead, .repairs, .silent: role == .admin ? .devices : nil
        case .readOnly, .keys: nil
        }
    }
}
