import SluiceCore

/// Compresses into another sink, as one gzip member. The member names no file and no time, so equal input gives equal files.
struct GzipSink: ByteSink, Sendable {
    private var sink: any ByteSink & Sendable
    private let deflater: Deflater
    private var output = [UInt8](repeating: 0, count: CodecLimits.compressedBytes)

    init(_ sink: any ByteSink & Sendable, level: Int) {
        self.sink = sink
        deflater = Deflater(level: level)
    }

    mutating func write(_ bytes: UnsafeRawBufferPointer) throws(SluiceError) { try run(bytes, isLast: false) }

    mutating func finish() throws(SluiceError) {
        try run(UnsafeRawBufferPointer(start: nil, count: 0), isLast: true)
        try sink.finish()
    }

    private mutating func run(_ bytes: UnsafeRawBufferPointer, isLast: Bool) throws(SluiceError) {
        let deflater = deflater
        var rest = bytes
        while !rest.isEmpty || isLast {
            let (taken, made, isDone) = output.withUnsafeMutableBufferPointer { deflater.run(rest, $0, isLast: isLast) }
            rest = UnsafeRawBufferPointer(rebasing: rest[taken...])
            try pass(made)
            if isDone { return }
        }
    }

    private mutating func pass(_ count: Int) throws(SluiceError) {
        guard count > 0 else { return }
        var sink = sink
        var failure: SluiceError?
        output.withUnsafeBytes { bytes in
            do throws(SluiceError) {
                try sink.write(UnsafeRawBufferPointer(rebasing: bytes[..<count]))
            } catch {
                failure = error
            }
        }
        self.sink = sink
        if let failure { throw failure }
    }
}
