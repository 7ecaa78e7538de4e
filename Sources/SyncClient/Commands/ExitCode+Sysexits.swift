// Exit codes of sysexits.h, and the error that every command throws when a person must act.
// Neighbors: Commands/ throw it; ClientMain prints its sentence and exits with its code.

internal import ArgumentParser
internal import Shared
internal import Texts

enum Sysexit: Int32 {
    case usage = 64
    case dataError = 65
    case noInput = 66
    case noUser = 67
    case unavailable = 69
    case software = 70
    case ioError = 74
    case temporaryFailure = 75
    case protocolError = 76
    case noPermission = 77
    case configuration = 78
}

/// A sentence that says what to do, and how the program ends. Nothing was written.
struct UserError: Error, Equatable, CustomStringConvertible {
    let code: Sysexit
    /// For somebody at a terminal.
    let description: String
    /// For somebody at a page; nil for what no page can meet.
    let page: Phrase?

    init(_ code: Sysexit, _ description: String, page: Phrase? = nil) {
        (self.code, self.description, self.page) = (code, description, page)
    }

    /// One that speaks of no option or command says the same at both.
    init(_ code: Sysexit, _ phrase: Phrase) {
        self.init(code, Voice.terminal(phrase), page: phrase)
    }

    init(_ fault: TypingFault) {
        self.init(.dataError, fault.description, page: fault.phrase)
    }

    /// In the language of a page.
    func words(_ text: StringTable) -> String {
        page.map { Voice(text).sentence($0) } ?? text("trouble_unknown")
    }
}
