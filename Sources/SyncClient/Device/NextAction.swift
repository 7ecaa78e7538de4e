// The one thing to do next on this device: pure words for what Checkup finds.
// Neighbors: `doctor` prints the sentence, the page of syncs has its own words and a button.

internal import Shared

enum NextAction: String, CaseIterable, Encodable, Sendable {
    case copyFolder, freeSpace, repair, bringToOffice, takeName, fetchNeighborhoods, syncFirst
    case showEvidence, awaitOthers, doAsOfficeSays, send, tellOffice, fetchKeys, setClock

    /// For somebody at a command line.
    var sentence: String {
        switch self {
        case .copyFolder:
            "record nothing more here; copy the whole folder as it is for the office"
        case .freeSpace: "free some space on this device"
        case .repair: "run `hourbook sync --repair`"
        case .bringToOffice: "bring this device to the office"
        case .takeName: "run `hourbook sync`: this folder gets its own name"
        case .fetchNeighborhoods, .syncFirst, .send:
            "run `hourbook sync` where there is a network"
        case .showEvidence: "show the office `hourbook status`: this device keeps both notes"
        case .awaitOthers: "tell the office, and let every device sync: others may have them"
        case .doAsOfficeSays: "do what the office says"
        case .tellOffice: "see `hourbook waiting`, and tell the office"
        case .fetchKeys: "run `hourbook sync`: the office is asked for them"
        case .setClock: "set this device's clock"
        }
    }

    /// Whether a sync does it.
    var isSync: Bool {
        switch self {
        case .repair, .takeName, .fetchNeighborhoods, .syncFirst, .send, .fetchKeys: true
        case .copyFolder, .freeSpace, .bringToOffice, .showEvidence, .awaitOthers,
            .doAsOfficeSays, .tellOffice, .setClock:
            false
        }
    }

    /// As the sentence, for programs that read what `doctor` says.
    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(sentence)
    }
}
