// Exit codes of sysexits.h, and the error that every command throws when a person must act.
// Neighbors: Commands/ throw it; ClientMain prints its sentence and exits with its code.

internal import ArgumentParser
internal import Shared

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
    let description: String

    init(_ code: Sysexit, _ description: String) {
        self.code = code
        self.description = description
    }

    init(_ fault: TypingFault) { self.init(.dataError, fault.description) }
}
