// Where most faults begin: two devices in step, of which each has something that the other lacks.
// Neighbors: Town makes the community, the suites go on from here.

import FaultInjection
import Shared

struct Start {
    let town: Town
    let ana: EntityID
    let omar: EntityID
    /// For a third device.
    let link: PairingLink

    /// Minutes of the laptop's entry, which is on the server and not on the tablet.
    static let sent: Int64 = 30
    /// Minutes of the tablet's entry, which is on the tablet only.
    static let unsent: Int64 = 45
    static let saved: Set<Int64> = [sent, unsent]
    static let devices = ["tablet", "laptop"]

    init(encrypted: Bool = false) async throws {
        let town = try Town(encrypted: encrypted)
        let made = try await town.serving { port in
            try await apart { () -> (EntityID, EntityID, PairingLink) in
                for name in Self.devices {
                    try town.pair(name, by: town.link(port: port))
                }
                let tablet = try town.open("tablet")
                let laptop = try town.open("laptop")
                defer {
                    tablet.close()
                    laptop.close()
                }
                _ = try town.sync(tablet, port: port)
                let ana = try town.enroll(tablet, number: 1, name: Personal.names[0])
                let omar = try town.enroll(tablet, number: 2, name: Personal.names[1])
                _ = try town.sync(tablet, port: port)
                _ = try town.sync(laptop, port: port)
                try town.exchange(laptop, ana, omar, minutes: Self.sent)
                _ = try town.sync(laptop, port: port)
                try town.exchange(tablet, omar, ana, minutes: Self.unsent)
                return (ana, omar, try town.link(port: port))
            }
        }
        self.town = town
        (ana, omar, link) = made
    }
}
