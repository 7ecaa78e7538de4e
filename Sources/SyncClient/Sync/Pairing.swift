// A device meets its server once: proves the link's secret, checks who answers, and remembers both.
// Source: docs/protocol.md section 8. Neighbors: PairCommand calls it and syncs right after.
// Invariant: the keys are durable before the server hears of them, so that a lost answer is had
// again by the same link; nothing of the answer counts before its signature.

internal import Foundation
internal import GRDB
internal import Shared
internal import Store
internal import Texts

struct Pairing {
    let folder: URL
    let environment: Environment

    /// The link as typed, or a sentence.
    static func link(_ text: String) throws -> PairingLink {
        if let link = PairingLink(text.trimmed) { return try allowed(link) }
        let whole =
            "this is not a whole pairing link; copy all of it, from hourbook:// on, in quotes"
        guard !text.contains("//") else { throw UserError(.usage, whole) }
        let read: PairingLink
        do throws(PairingCode.Fault) {
            read = try PairingCode.link(typed: text)
        } catch {
            switch error {
            case .address:
                throw UserError(
                    .usage,
                    "\(whole); or type what the office reads out: book.example.org:8420 and then "
                        + "its lines of letters")
            case .line(let number):
                throw UserError(
                    .usage,
                    "there is a mistake in line \(number) of the letters, or one is missing there; "
                        + "a full line has 4 groups of 4")
            case .incomplete:
                throw UserError(
                    .usage, "lines of letters are missing at the end, or there are too many")
            }
        }
        return try allowed(read)
    }

    private static func allowed(_ link: PairingLink) throws -> PairingLink {
        guard link.mode != .loopback || Loopback.contains(link.host) else {
            throw UserError(
                .usage,
                "\(link.host) is another machine, but this link is not encrypted; ask the "
                    + "office for a new one")
        }
        return link
    }

    /// Pairs, or finds that it was done before by the same link.
    func pair(_ link: PairingLink, label: String, over transport: any Transport) throws -> Device {
        try checkLabel(label)
        try makeFolder()
        let lock = try FolderLock(folder: folder, name: "pair.lock")
        defer { withExtendedLifetime(lock) {} }
        let identity = try IdentityFile(folder: folder)
        // A first try by this link may have ended before anything was in the file.
        let database = try StoreFile.open(
            folder: folder, mayBeEmpty: identity == nil || identity?.link == link.id,
            register: ClientSchema.register)
        if let paired = try database.read({ try LedgerTables($0).pairedDevice() }) {
            try readdress(paired, by: link, isSame: identity?.link == link.id, database)
        } else {
            let mine = try self.identity(for: link, existing: identity)
            let answer = try ask(link, label: label, keys: mine.keys, transport)
            try remember(answer, link: link, label: label, keys: mine.keys, database)
        }
        let writes = WriteGuard()
        return try Device(
            folder: folder, database: database,
            keyring: try Keyring(folder: folder, writes: writes), writes: writes,
            environment: environment)
    }

    /// A newer link of the same ledger tells a paired device where its server is now, and by which
    /// key to know it; it stays the device it was.
    private func readdress(
        _ paired: PairedDevice, by link: PairingLink, isSame: Bool, _ database: any DatabaseWriter
    ) throws {
        guard Hash.of(paired.ledgerKey) == link.ledger else {
            throw UserError(
                .usage,
                "\(folder.path) is paired with \(paired.communityName) already; give another "
                    + "--data to pair once more")
        }
        if isSame { return }
        let lock = try FolderLock(folder: folder)
        defer { withExtendedLifetime(lock) {} }
        try database.write { try LedgerTables($0).save(ServerAddress(link)) }
    }

    private func checkLabel(_ label: String) throws {
        do {
            try Kind.devicePaired.descriptor.field(DeviceField.label)?.check(.text(label))
        } catch {
            throw UserError(.dataError, "\(error); give the device a short name with --label")
        }
    }

    private func makeFolder() throws {
        do {
            try FileManager.default.createDirectory(
                at: folder, withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700])
        } catch {
            throw UserError(.ioError, "cannot make the folder \(folder.path); check permissions")
        }
    }

    private func identity(for link: PairingLink, existing: IdentityFile?) throws -> IdentityFile {
        if let existing, existing.link == link.id { return existing }
        let made = IdentityFile(link: link.id, environment: environment)
        try made.save(folder: folder)
        return made
    }

    private func ask(
        _ link: PairingLink, label: String, keys: ReplicaKeys, _ transport: any Transport
    ) throws -> PairResponse {
        let (signing, receiving) = (keys.signingPublicKey, keys.receivingPublicKey)
        let request = PairRequest(
            link: link.id, signingKey: signing, receivingKey: receiving, label: label,
            proof: PairingProof.make(
                secret: link.secret, community: link.community, signingKey: signing,
                receivingKey: receiving, label: label))
        let answer: HTTPAnswer
        do throws(TransportError) {
            answer = try transport.post(
                path: SyncProtocol.pairPath,
                headers: [("Content-Type", SyncProtocol.mediaType)], body: request.encodedOrEmpty)
        } catch {
            let next = error.needsPerson ? "" : "; run the same command again later"
            throw UserError(
                error.needsPerson ? .noPermission : .temporaryFailure,
                "\(error.sentence) (\(ServerAddress(link).text))\(next)")
        }
        guard answer.status == 200 else {
            let problem = ProblemDetails(answer)
            let code: Sysexit = problem.status >= 500 ? .temporaryFailure : .noPermission
            throw UserError(code, "the server refused: \(problem.sentence)")
        }
        return try verified(answer, link: link, replica: keys.replica)
    }

    /// The ledger key is the link's, and it signed this answer for this device.
    private func verified(
        _ answer: HTTPAnswer, link: PairingLink, replica: ReplicaID
    ) throws -> PairResponse {
        let refusal = UserError(
            .protocolError,
            "what answered at \(ServerAddress(link).text) is not the server of this link; nothing "
                + "was stored. Tell the office")
        guard let response = try? PairResponse(decoding: answer.body),
            Hash.of(response.ledgerKey) == link.ledger,
            response.serverReceivingKey.count == 32, response.serverSigningKey.count == 32
        else { throw refusal }
        do {
            let message = Signed.paired(
                community: link.community, replica: replica,
                response: try response.unsignedBytes())
            try verify(response.signature, of: message, by: response.ledgerKey)
        } catch {
            throw refusal
        }
        return response
    }

    private func remember(
        _ answer: PairResponse, link: PairingLink, label: String, keys: ReplicaKeys,
        _ database: any DatabaseWriter
    ) throws {
        let paired = PairedDevice(
            community: link.community, communityName: answer.communityName,
            replica: keys.replica, label: label, server: ServerAddress(link),
            ledgerKey: answer.ledgerKey, serverSigningKey: answer.serverSigningKey,
            serverReceivingKey: answer.serverReceivingKey, pairedAt: answer.pairedAt)
        try database.write { db in
            let tables = LedgerTables(db)
            try tables.save(paired, chain: ReplicaChain(signingKey: keys.signingPublicKey))
            try tables.finish()
        }
    }
}

extension PairedDevice {
    /// The office shows the same beside this device.
    var checkNumber: String {
        PairingCheck.number(community: community, replica: replica, ledgerKey: ledgerKey)
    }
}

extension PairRequest {
    /// Plain values always serialize; an empty body would be refused.
    fileprivate var encodedOrEmpty: [UInt8] { (try? encoded()) ?? [] }
}

extension TransportError {
    var sentence: String { Voice.terminal(phrase) }

    var phrase: Phrase {
        switch self {
        case .cannotConnect: Phrase("reach_cannot_connect")
        case .timedOut: Phrase("reach_timed_out")
        case .cut: Phrase("reach_cut")
        case .wrongKey: Phrase("reach_wrong_key")
        case .untrusted: Phrase("reach_untrusted")
        case .notEncrypted: Phrase("reach_not_encrypted")
        case .tooLarge: Phrase("reach_too_large")
        case .other(let reason): Phrase("reach_other", ["reason": .text(reason)])
        }
    }
}

extension CurlTransport {
    /// To the server of a paired device, known by the keys in the device's ledger.
    convenience init(of device: Device) throws {
        try device.paired.refusePractice()
        let (address, announced) = try device.read { ($0.paired.server, try $0.announcedKeys) }
        try self.init(to: address, pins: address.pins(announced: announced))
    }

    /// To the server of a link.
    convenience init(to link: PairingLink, patience: Patience = Patience()) throws {
        let address = ServerAddress(link)
        try self.init(to: address, pins: address.pins(announced: []), patience: patience)
    }
}
