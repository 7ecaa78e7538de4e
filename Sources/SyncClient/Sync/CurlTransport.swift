// HTTP over the system's libcurl: one handle for a session, so that its connection is kept.
// Neighbors: SyncSession and Pairing call `post`; CCurl/shim.h wraps the variadic calls.
// Invariants: in the modes with TLS nothing is sent before the peer has proven its key, in mode
// loopback nothing leaves the machine; no redirects, no other scheme, no downgrade.

internal import CCurl
internal import Foundation
internal import Shared

/// Not for use from two threads at once: a libcurl handle belongs to one.
final class CurlTransport: Transport {
    private let handle: UnsafeMutableRawPointer
    private let address: ServerAddress

    /// libcurl asks to be set up once, before any other thread uses it.
    private static let isSetUp = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

    /// `pins`: SHA-256 of the public keys that are the server's; used in mode pinned only, where
    /// none means that nobody is.
    init(
        to address: ServerAddress, pins: [Hash], patience: Patience = Patience()
    ) throws(TransportError) {
        guard address.mode != .loopback || Loopback.contains(address.host) else {
            throw .notEncrypted
        }
        guard Self.isSetUp, let handle = curl_easy_init() else {
            throw .other("libcurl cannot start")
        }
        self.handle = handle
        self.address = address
        set(CURLOPT_NOSIGNAL, 1)
        set(CURLOPT_FOLLOWLOCATION, 0)
        set(CURLOPT_POST, 1)
        set(CURLOPT_TCP_KEEPALIVE, 1)
        set(CURLOPT_CONNECTTIMEOUT_MS, patience.connectMilliseconds)
        set(CURLOPT_LOW_SPEED_LIMIT, 1)
        set(CURLOPT_LOW_SPEED_TIME, patience.stallSeconds)
        if Loopback.contains(address.host) { set(CURLOPT_NOPROXY, text: "*") }
        switch address.mode {
        case .loopback: set(CURLOPT_PROTOCOLS_STR, text: "http")
        case .public: useTLS()
        case .pinned:
            useTLS()
            // The key is all that counts: a certificate may be self-made, or expired.
            set(CURLOPT_SSL_VERIFYPEER, 0)
            set(CURLOPT_SSL_VERIFYHOST, 0)
            guard !pins.isEmpty else { throw .wrongKey }
            let listed = pins.map { "sha256//\(Data($0.bytes).base64EncodedString())" }
            guard set(CURLOPT_PINNEDPUBLICKEY, text: listed.joined(separator: ";")) else {
                throw .other("this libcurl cannot pin a key")
            }
        }
        _ = hourbook_curl_set_sink(handle, CURLOPT_WRITEFUNCTION, takeBody)
        _ = hourbook_curl_set_sink(handle, CURLOPT_HEADERFUNCTION, takeHeader)
    }

    /// Never a cipher list: with anonymous ciphers a server without a certificate skips the pin.
    private func useTLS() {
        set(CURLOPT_PROTOCOLS_STR, text: "https")
        set(CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2)
    }

    deinit { curl_easy_cleanup(handle) }

    func post(
        path: String, headers: [(name: String, value: String)], body: [UInt8]
    ) throws(TransportError) -> HTTPAnswer {
        var list: UnsafeMutablePointer<curl_slist>?
        // An empty Expect keeps libcurl from waiting for leave to send a large body.
        for header in headers + [("Expect", ""), ("User-Agent", Release.device)] {
            list = curl_slist_append(list, "\(header.name): \(header.value)")
        }
        defer { curl_slist_free_all(list) }
        let answer = AnswerBuffer()
        set(CURLOPT_URL, text: address.url + path)
        _ = hourbook_curl_set_headers(handle, list)
        let context = Unmanaged.passUnretained(answer).toOpaque()
        _ = hourbook_curl_set_pointer(handle, CURLOPT_WRITEDATA, context)
        _ = hourbook_curl_set_pointer(handle, CURLOPT_HEADERDATA, context)
        set(CURLOPT_POSTFIELDSIZE, body.count)
        // Never a null pointer: libcurl would read the body from standard input.
        let code = (body.isEmpty ? [0] : body).withUnsafeBytes { raw in
            _ = hourbook_curl_set_bytes(handle, CURLOPT_POSTFIELDS, raw.baseAddress)
            return withExtendedLifetime(answer) { curl_easy_perform(handle) }
        }
        if let error = error(code, answer) { throw error }
        let whole = HTTPAnswer(
            status: hourbook_curl_status(handle), headers: answer.headers, body: answer.body)
        if whole.isOfCutRequest { throw .cut }
        return whole
    }

    private func set(_ option: CURLoption, _ value: Int) {
        _ = hourbook_curl_set_long(handle, option, value)
    }

    @discardableResult
    private func set(_ option: CURLoption, text: String) -> Bool {
        hourbook_curl_set_text(handle, option, text) == CURLE_OK
    }

    /// What libcurl says of a header line over its own bound: since 8.6 with a code of its own,
    /// CURLE_TOO_LARGE, which older headers do not name, and before as if memory had run out.
    private static let headerLineTooLarge = CURLcode(100)

    private func error(_ code: CURLcode, _ answer: AnswerBuffer) -> TransportError? {
        if answer.isTooLarge { return .tooLarge }
        return switch code {
        // libcurl takes headers that end in the middle for an answer.
        case CURLE_OK: answer.hasWholeHeaders ? nil : .cut
        case CURLE_COULDNT_CONNECT, CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY:
            .cannotConnect
        // Nobody took up the connection: as good as nobody there.
        case CURLE_OPERATION_TIMEDOUT:
            hourbook_curl_request_size(handle) == 0 ? .cannotConnect : .timedOut
        case CURLE_SEND_ERROR, CURLE_RECV_ERROR, CURLE_GOT_NOTHING, CURLE_PARTIAL_FILE,
            CURLE_HTTP2, CURLE_HTTP2_STREAM:
            .cut
        case CURLE_SSL_PINNEDPUBKEYNOTMATCH: .wrongKey
        case CURLE_PEER_FAILED_VERIFICATION: .untrusted
        case CURLE_SSL_CONNECT_ERROR: .notEncrypted
        case CURLE_OUT_OF_MEMORY, Self.headerLineTooLarge: .tooLarge
        default: .other(String(cString: curl_easy_strerror(code)))
        }
    }
}

enum Loopback {
    /// Names and addresses that never leave the machine.
    static func contains(_ host: String) -> Bool {
        if host == "localhost" || host == "::1" { return true }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
    }
}

/// What the callbacks gather while libcurl runs.
private final class AnswerBuffer {
    var body: [UInt8] = []
    var headers: [String: String] = [:]
    private(set) var isTooLarge = false
    /// The empty line after them came.
    private(set) var hasWholeHeaders = false
    private var headerBytes = 0

    /// False stops the transfer.
    func take(body bytes: UnsafeRawBufferPointer) -> Bool {
        isTooLarge = body.count + bytes.count > TransportLimits.answerBytesMax
        if !isTooLarge { body.append(contentsOf: bytes) }
        return !isTooLarge
    }

    func take(header bytes: UnsafeRawBufferPointer) -> Bool {
        headerBytes += bytes.count
        isTooLarge = headerBytes > TransportLimits.headerBytesMax
        if isTooLarge { return false }
        let line = String(decoding: bytes, as: UTF8.self)
        // The status line of an answer that follows an interim one starts it anew.
        if line.hasPrefix("HTTP/") {
            headers = [:]
            hasWholeHeaders = false
            return true
        }
        if line.allSatisfy(\.isNewline) { hasWholeHeaders = true }
        guard let colon = line.firstIndex(of: ":") else { return true }
        let value = line[line.index(after: colon)...].drop(while: \.isWhitespace)
        headers[line[..<colon].lowercased()] = String(value.prefix { !$0.isNewline })
        return true
    }
}

private func takeBody(
    _ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int,
    _ context: UnsafeMutableRawPointer?
) -> Int {
    take(bytes, size * count, context) { $0.take(body: $1) }
}

private func takeHeader(
    _ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int,
    _ context: UnsafeMutableRawPointer?
) -> Int {
    take(bytes, size * count, context) { $0.take(header: $1) }
}

/// Returns the bytes taken: fewer than given makes libcurl stop with an error.
private func take(
    _ bytes: UnsafeMutablePointer<CChar>?, _ count: Int, _ context: UnsafeMutableRawPointer?,
    _ give: (AnswerBuffer, UnsafeRawBufferPointer) -> Bool
) -> Int {
    guard let bytes, let context else { return 0 }
    let buffer = Unmanaged<AnswerBuffer>.fromOpaque(context).takeUnretainedValue()
    return give(buffer, UnsafeRawBufferPointer(start: bytes, count: count)) ? count : 0
}
