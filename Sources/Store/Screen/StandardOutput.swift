// Whether what was printed has been written: a full disk behind `> file` must not end as success.
// Neighbors: ClientMain and ServerMain ask at the end of every command.

@preconcurrency internal import Glibc

public enum StandardOutput {
    /// As in sysexits.h: an error of reading or writing.
    public static let exitCode: Int32 = 74

    /// Writes out what is buffered; says why if any of it was not written, now or before.
    public static func failure() -> String? {
        errno = 0
        let isFlushed = fflush(stdout) == 0
        let reason = errno == 0 ? "" : " (\(String(cString: strerror(errno))))"
        guard !isFlushed || ferror(stdout) != 0 else { return nil }
        return "the output could not be written\(reason); what the command did is done, so look "
            + "before you repeat it"
    }
}
