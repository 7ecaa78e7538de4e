// Zstandard for what is too large to hold: bytes go in and come out piece by piece.
// Neighbors: Compression packs what fits into memory; the server's backups are packed with this.
// Invariant: neither side ever holds more than one piece of each.

internal import CZstd

/// Packs one frame.
public final class Packer {
    private let context: OpaquePointer

    public init() throws(CompressionError) {
        guard let context = ZSTD_createCCtx() else { throw .notZstandard }
        self.context = context
    }

    deinit { ZSTD_freeCCtx(context) }

    /// Hands on what is ready; all of it once the last piece is in.
    public func pack(
        _ bytes: [UInt8], isLast: Bool, into sink: ([UInt8]) throws -> Void
    ) throws {
        var taken = 0
        var remaining = 1
        repeat {
            let (piece, read, left) = try step(
                bytes, from: taken, mode: isLast ? ZSTD_e_end : ZSTD_e_continue)
            taken += read
            remaining = left
            try sink(piece)
        } while isLast ? remaining > 0 : taken < bytes.count
    }

    private func step(
        _ bytes: [UInt8], from start: Int, mode: ZSTD_EndDirective
    ) throws -> (piece: [UInt8], read: Int, left: Int) {
        var piece = [UInt8](repeating: 0, count: ZSTD_CStreamOutSize())
        let (read, written, left) = bytes.withUnsafeBytes { source in
            piece.withUnsafeMutableBytes { target in
                var input = ZSTD_inBuffer(src: source.baseAddress, size: source.count, pos: start)
                var output = ZSTD_outBuffer(dst: target.baseAddress, size: target.count, pos: 0)
                let left = ZSTD_compressStream2(context, &output, &input, mode)
                return (input.pos - start, output.pos, left)
            }
        }
        guard ZSTD_isError(left) == 0 else { throw CompressionError.notZstandard }
        return (Array(piece.prefix(written)), read, left)
    }
}

/// Unpacks one frame.
public final class Unpacker {
    private let context: OpaquePointer
    /// The frame is complete.
    public private(set) var isAtEnd = false

    public init() throws(CompressionError) {
        guard let context = ZSTD_createDCtx() else { throw .notZstandard }
        self.context = context
    }

    deinit { ZSTD_freeDCtx(context) }

    public func unpack(_ bytes: [UInt8], into sink: ([UInt8]) throws -> Void) throws {
        var taken = 0
        var isFull = false
        while taken < bytes.count || isFull {
            let (piece, read, left) = try step(bytes, from: taken)
            taken += read
            isFull = piece.count == ZSTD_DStreamOutSize()
            isAtEnd = left == 0
            if !piece.isEmpty { try sink(piece) }
            if isAtEnd { break }
        }
        guard taken == bytes.count else { throw CompressionError.notZstandard }
    }

    private func step(
        _ bytes: [UInt8], from start: Int
    ) throws -> (piece: [UInt8], read: Int, left: Int) {
        var piece = [UInt8](repeating: 0, count: ZSTD_DStreamOutSize())
        let (read, written, left) = bytes.withUnsafeBytes { source in
            piece.withUnsafeMutableBytes { target in
                var input = ZSTD_inBuffer(src: source.baseAddress, size: source.count, pos: start)
                var output = ZSTD_outBuffer(dst: target.baseAddress, size: target.count, pos: 0)
                let left = ZSTD_decompressStream(context, &output, &input)
                return (input.pos - start, output.pos, left)
            }
        }
        guard ZSTD_isError(left) == 0 else { throw CompressionError.notZstandard }
        return (Array(piece.prefix(written)), read, left)
    }
}
