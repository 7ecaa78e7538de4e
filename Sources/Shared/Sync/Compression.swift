// Zstandard, with the unpacked size known and bounded before anything is unpacked.
// Neighbors: RunContainer is its only user.

internal import CZstd

public enum CompressionError: Error, Equatable {
    case notZstandard
    case tooLarge(unpackedBytes: UInt64)
}

enum Zstandard {
    /// Level 3: on pages of events each level above costs more time than its bytes save.
    static let level: Int32 = 3

    static func compress(_ bytes: [UInt8]) -> [UInt8] {
        let bound = ZSTD_compressBound(bytes.count)
        return [UInt8](unsafeUninitializedCapacity: bound) { buffer, count in
            let written = ZSTD_compress(
                buffer.baseAddress, buffer.count, bytes, bytes.count, level)
            precondition(ZSTD_isError(written) == 0, "the buffer has room by ZSTD_compressBound")
            count = written
        }
    }

    static func decompress(
        _ bytes: some Collection<UInt8>, bytesMax: Int
    ) throws(CompressionError) -> [UInt8] {
        let frame = Array(bytes)
        let size = ZSTD_getFrameContentSize(frame, frame.count)
        // The two error codes of zstd.h: ULL(0) − 1 (unknown) and ULL(0) − 2 (not a frame).
        guard size < UInt64.max - 1 else { throw .notZstandard }
        guard size <= UInt64(bytesMax) else { throw .tooLarge(unpackedBytes: size) }
        var isWhole = false
        let result = [UInt8](unsafeUninitializedCapacity: Int(size)) { buffer, count in
            let written = ZSTD_decompress(
                buffer.baseAddress, buffer.count, frame, frame.count)
            isWhole = ZSTD_isError(written) == 0 && written == Int(size)
            count = isWhole ? written : 0
        }
        guard isWhole else { throw .notZstandard }
        return result
    }
}
