// What a form did, told at the head of the page that is shown next, and there alone.
// Neighbors: both sites tell and take; PageFrame shows it.

public import Hummingbird
internal import Synchronization

/// What the last request did.
public struct Done: Sendable {
    public let text: String
    /// What can be taken back; the undo form says it.
    public var undo: String?
    /// Where an answer can be given again.
    public var again: String?

    public init(text: String, undo: String? = nil, again: String? = nil) {
        (self.text, self.undo, self.again) = (text, undo, again)
    }
}

public final class ToldOnce: Sendable {
    private static let cookieName = "told"
    /// Pages that were never asked for again.
    private static let toldMax = 100

    private let told = Mutex<[String: Done]>([:])

    public init() {}

    /// `token` is nobody else's.
    public func tell(_ done: Done, token: String, in response: inout Response) {
        told.withLock {
            if $0.count >= Self.toldMax { $0 = [:] }
            $0[token] = done
        }
        response.addCookie(
            "\(Self.cookieName)=\(token); Path=/; HttpOnly; SameSite=Strict; Max-Age=60")
    }

    public func take(_ request: Request) -> Done? {
        let token = request.cookies[Self.cookieName]?.value ?? ""
        return told.withLock { $0.removeValue(forKey: token) }
    }
}
