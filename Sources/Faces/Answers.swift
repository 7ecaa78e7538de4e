// What the pages of both programs answer, and what they read of a request.
// Neighbors: FieldSite and ConsoleSite; Origins has the headers, Pages the HTML.
// Invariants: every answer has the headers; nothing leads to another site.

public import HTTPTypes
public import Hummingbird
internal import NIOCore
public import Texts

extension Response {
    public static func html(_ page: String, status: HTTPResponse.Status = .ok) -> Response {
        Response(
            status: status, headers: [.contentType: "text/html; charset=utf-8"],
            body: .init(byteBuffer: ByteBuffer(string: page)))
    }

    public static func plain(_ status: HTTPResponse.Status, _ text: String) -> Response {
        Response(
            status: status, headers: [.contentType: "text/plain; charset=utf-8"],
            body: .init(byteBuffer: ByteBuffer(string: text + "\n")))
    }

    public static func asset(_ bytes: [UInt8], _ type: String) -> Response {
        Response(
            status: .ok, headers: [.contentType: type, .cacheControl: "max-age=3600"],
            body: .init(byteBuffer: ByteBuffer(bytes: bytes)))
    }

    public static var style: Response { asset(Pages.style, "text/css; charset=utf-8") }
    public static var script: Response { asset(Pages.script, "text/javascript; charset=utf-8") }

    /// After a form: reloading the page does not send it again.
    public static func redirect(to path: String) -> Response {
        Response(status: .seeOther, headers: [.location: localPath(path)])
    }

    /// Sent with every page, whatever became of the request.
    public mutating func addPageHeaders() {
        for (name, value) in Origins.headers {
            if let name = HTTPField.Name(name) { headers[name] = value }
        }
        headers[.cacheControl] = headers[.cacheControl] ?? "no-store"
    }

    /// `line` is a whole `Set-Cookie`.
    public mutating func addCookie(_ line: String) { headers[values: .setCookie].append(line) }

    /// Remembers for a year which language this browser's person reads.
    public mutating func remember(_ language: Language) {
        addCookie(
            "\(Language.cookieName)=\(language.rawValue); Path=/; SameSite=Strict; "
                + "Max-Age=31536000")
    }
}

/// A path of this site; the first page instead of another site's address.
public func localPath(_ path: String) -> String {
    path.hasPrefix("/") && !path.hasPrefix("//") && !path.contains("\\")
        && !path.contains(where: \.isNewline) ? path : "/"
}

extension Request {
    public var isWrite: Bool { method != .get && method != .head }

    public var provenance: Provenance {
        Provenance(
            host: head.authority, origin: headers[.origin], site: header("Sec-Fetch-Site"),
            isNavigation: header("Sec-Fetch-Mode") == "navigate"
                && header("Sec-Fetch-Dest") == "document",
            isWrite: isWrite)
    }

    private func header(_ name: String) -> String? {
        HTTPField.Name(name).flatMap { headers[$0] }
    }

    /// Those of the form that was sent, or of the address.
    public func formFields() async throws -> FormFields {
        guard isWrite else { return try FormFields(encoded: uri.query ?? "") }
        do {
            let body = try await body.collect(upTo: FormFields.bytesMax)
            return try FormFields(encoded: String(buffer: body))
        } catch is NIOTooManyBytesError {
            throw FormFields.Fault.tooLarge
        }
    }

    /// The path with what follows its question mark.
    public var pathAndQuery: String { uri.path + (uri.query.map { "?\($0)" } ?? "") }

    /// What was chosen on a page before what the browser accepts.
    public var language: Language {
        cookies[Language.cookieName].flatMap { Language(rawValue: $0.value) }
            ?? Language(accepting: headers[.acceptLanguage])
    }
}
