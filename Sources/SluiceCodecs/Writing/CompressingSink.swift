import SluiceCore

/// Compresses what it is given block by block into another sink.
struct CompressingSink: ByteSink, Sendable {
    private var sink: any ByteSink & Sendable
    private var compressor: any BlockCompressor
    private var plain: [UInt8] = []
    private var hasBegun = false

    init(_ sink: any ByteSink & Sendable, _ compressor: any BlockCompressor) {
        self.sink = sink
        self.compressor = compressor
    }

    /// Blocks are cut at the same places however the bytes arrive; whole blocks are compressed where they are.
    mutating func write(_ bytes: UnsafeRawBufferPointer) throws(SluiceError) {
        var rest = bytes
        while plain.count + rest.count >= CodecLimits.plainBlockBytes {
            let piece = UnsafeRawBufferPointer(rebasing: rest.prefix(CodecLimits.plainBlockBytes - plain.count))
            rest = UnsafeRawBufferPointer(rebasing: rest[piece.count...])
            if plain.isEmpty {
                try pass(try compressor.compress(piece))
            } else {
                plain.append(contentsOf: piece)
                try passPlain()
            }
        }
        plain.append(contentsOf: rest)
    }

    mutating func finish() throws(SluiceError) {
        if !plain.isEmpty { try passPlain() }
        try begin()
        try put(compressor.trailer())
        try sink.finish()
    }

    private mutating func passPlain() throws(SluiceError) {
        let compressor = compressor
        let block = try plain.withBytes { bytes throws(SluiceError) in try compressor.compress(bytes) }
        plain.removeAll(keepingCapacity: true)
        try pass(block)
    }

    private mutating func pass(_ block: CompressedBlock) throws(SluiceError) {
        compressor.append(block)
        try begin()
        try put(block.bytes)
    }

    private mutating func begin() throws(SluiceError) {
        if hasBegun { return }
        hasBegun = true
        try put(compressor.header)
    }

    private mutating func put(_ bytes: [UInt8]) throws(SluiceError) {
        if bytes.isEmpty { return }
        var sink = sink
        try bytes.withBytes { bytes throws(SluiceError) in try sink.write(bytes) }
        self.sink = sink
    }
}

extension [UInt8] {
    /// `withUnsafeBytes` that keeps the error's type.
    func withBytes<Result>(_ body: (UnsafeRawBufferPointer) throws(SluiceError) -> Result) throws(SluiceError) -> Result {
        let outcome = withUnsafeBytes { bytes -> Swift.Result<Result, SluiceError> in
            do throws(SluiceError) {
                return .success(try body(bytes))
            } catch {
                return .failure(error)
            }
        }
        return try outcome.get()
    }
}
