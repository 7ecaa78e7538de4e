// The pages of pairing: what to grant, and the link with all the ways to bring it to a device.
// Neighbors: ConsoleSite+Pairing answers with them; pair and link.mustache show them.
// Invariant: the secret is shown while the link can be used, and not after.

internal import Faces
internal import Shared
internal import Store
internal import Texts

struct PairModel: Sendable {
    struct Box: Sendable {
        let id: String
        let name: String
        let hint: String
        let isTicked: Bool
    }
    struct Choice: Sendable {
        let value: String
        let name: String
        let isChosen: Bool
    }

    let t: [String: String]
    let frame: PageFrame
    let workers: [Box]
    let places: [Box]
    let roles: [Choice]
    let hours: [Choice]
    let url: String
    /// The office does not know by which name devices find it.
    let mustSayURL: Bool
    let hasNobody: Bool
    let once: String
    let fault: String?

    /// What is offered; a working day, so that a link that was written down is soon worthless.
    private static let hoursOffered: [Int64] = [1, 8, 24, 72, 168]
    private static let hoursDefault: Int64 = 8

    init(
        _ views: Views, _ visit: ConsoleVisit, served: ServingRecord?, once: String,
        typed: FormFields?, fault: String?
    ) throws {
        let text = visit.text
        let (tickedWorkers, tickedPlaces) = (
            Set(typed?.all("worker") ?? []), Set(typed?.all("place") ?? [])
        )
        t = text.texts
        frame = try PageFrame(views, visit, title: text("pair_device"), place: .devices)
        let neighborhoods = try views.neighborhoods()
        workers = try views.workers().map { worker in
            Box(
                id: "\(worker.id)", name: try views.workerName(worker.id) ?? worker.id.short,
                hint: text("role_\(worker.role.name)") + ", "
                    + (try worker.neighborhoods.map { try views.code(of: .neighborhood($0)) })
                    .joined(separator: " "),
                isTicked: tickedWorkers.contains("\(worker.id)"))
        }.sorted { ($0.name.folded, $0.id) < ($1.name.folded, $1.id) }
        places = neighborhoods.map {
            Box(
                id: "\($0.id)", name: $0.name, hint: $0.code,
                isTicked: tickedPlaces.contains("\($0.id)") || neighborhoods.count == 1)
        }
        let role = typed?["role"] ?? ""
        roles =
            [Choice(value: "", name: text("role_of_workers"), isChosen: role.isEmpty)]
            + Role.allCases.sorted().reversed().map {
                Choice(
                    value: $0.name, name: text("role_\($0.name)"), isChosen: $0.name == role)
            }
        let chosen = typed.flatMap { Int64($0["hours"]) } ?? Self.hoursDefault
        hours = Self.hoursOffered.map { count in
            Choice(
                value: "\(count)",
                name: count < 48
                    ? text.count("hours", Int(count)) : text.count("days", Int(count) / 24),
                isChosen: count == chosen)
        }
        url = typed?["url"] ?? ""
        mustSayURL = served?.host == nil && served != nil
        hasNobody = workers.isEmpty || places.isEmpty
        self.once = once
        self.fault = fault
    }
}

struct LinkModel: Sendable {
    /// How to use it, while it can be.
    struct Open: Sendable {
        let link: String
        let address: String
        let lines: [Spoken]
        let code: QRCode?
    }
    struct Spoken: Sendable {
        let number: Int
        let text: String
    }
    struct Paired: Sendable {
        let replica: String
        let label: String
        let checkNumber: String
    }

    let t: [String: String]
    let frame: PageFrame
    let id: String
    let workers: String
    let places: String
    let role: String
    let until: Moment
    /// `open`, `paired` or `expired`: what the page looks for.
    let state: String
    let open: Open?
    let paired: Paired?
    let isExpired: Bool

    init(
        _ grant: PairingGrant, _ link: PairingLink?, _ views: Views, _ visit: ConsoleVisit,
        checkNumber: String?
    ) throws {
        let (text, words) = (visit.text, try DeviceWords(views: views, visit: visit))
        var frame = try PageFrame(views, visit, title: text("pairing_link"), place: .devices)
        id = hex(grant.id)
        workers = try words.names(grant.workers)
        places = try words.places(grant.neighborhoods)
        role = text("role_\(grant.role.name)")
        until = visit.visit.moment(grant.expiresAt)
        if let replica = grant.replica, let checkNumber {
            paired = Paired(
                replica: "\(replica)", label: try views.device(replica)?.label ?? replica.short,
                checkNumber: checkNumber)
            (open, isExpired, state) = (nil, false, "paired")
        } else if let link, grant.isValid(at: visit.now) {
            let code = PairingCode(link)
            open = Open(
                link: link.description, address: code.address,
                lines: code.lines.enumerated().map { Spoken(number: $0 + 1, text: $1) },
                code: QRCode(link.description))
            (paired, isExpired, state) = (nil, false, "open")
            frame.refreshSeconds = Self.refreshSeconds
        } else {
            (open, paired, isExpired, state) = (nil, nil, true, "expired")
        }
        self.frame = frame
        t = text.texts
    }

    /// Without scripts the page is loaded anew, which interrupts whoever reads it aloud.
    private static let refreshSeconds = 20
}
