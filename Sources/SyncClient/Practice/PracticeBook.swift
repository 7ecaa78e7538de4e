// Who lives in the practice community, and what they did for each other in the last weeks: recorded
// as a worker would. Neighbors: PracticeCommunity founds it, Recording records.

internal import Shared
internal import Store

struct PracticeBook {
    let device: Device

    private static let names = [
        "Ana Ruiz", "Omar Haddad", "Mei Tanaka", "Lucía Gómez", "Peter Novak", "Fatima Okafor",
        "Ivan Petrov", "Grace Chen", "Noah Brown", "Rosa Díaz", "Ahmed Khan", "Linh Nguyen",
    ]

    private struct Help {
        let giver: Int
        let receiver: Int
        let minutes: Int64
        let daysAgo: Int
        let category: String
    }

    private static let helps = [
        Help(giver: 0, receiver: 1, minutes: 90, daysAgo: 20, category: "company"),
        Help(giver: 1, receiver: 2, minutes: 60, daysAgo: 17, category: "repair"),
        Help(giver: 3, receiver: 0, minutes: 45, daysAgo: 12, category: "cooking"),
        Help(giver: 4, receiver: 5, minutes: 120, daysAgo: 9, category: "garden"),
        Help(giver: 5, receiver: 6, minutes: 30, daysAgo: 6, category: "errands"),
        Help(giver: 2, receiver: 7, minutes: 60, daysAgo: 3, category: "lessons"),
        Help(giver: 0, receiver: 8, minutes: 60, daysAgo: 1, category: "company"),
    ]

    func fill() throws {
        let today = device.environment.today
        let worker = try device.read { $0.device?.workers.first?.description }
        let recording = Recording(device: device, worker: worker, note: { _ in })
        let members = try recording.record { book, _ in
            let places = try book.neighborhoods
            return try Self.names.enumerated().flatMap { index, name in
                try places.map { place in
                    try MemberDrafts(book).enroll(
                        [
                            MemberField.name: .text(name),
                            MemberField.number: .integer(Int64(index + 1)),
                        ],
                        in: place, today: today, isOnCard: true)
                }
            }
        }.map(\.entity)
        try recording.record { book, _ in
            let drafts = HoursDrafts(book: book, today: today)
            return try Self.helps.map { help in
                try drafts.draft(
                    form: .exchange,
                    shares: try drafts.shares(
                        providers: [members[help.giver]], recipients: [members[help.receiver]],
                        minutes: Minutes(help.minutes)),
                    values: [
                        HoursField.serviceDate: .date(day(help.daysAgo)),
                        HoursField.category: .text(help.category),
                    ])
            }
        }
    }

    private func day(_ daysAgo: Int) -> CivilDate {
        let milliseconds = device.environment.now().milliseconds - Int64(daysAgo) * 86_400_000
        return Instant(milliseconds: milliseconds)
            .date(utcOffsetMinutes: device.environment.utcOffsetMinutes())
    }
}
