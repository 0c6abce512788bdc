package import SluiceCore

extension Codec {
    /// The codec that a file's first bytes show.
    ///
    /// zlib's header is two bytes that a text may begin with, too (`x^`), so it is believed where `path` says zlib or the bytes behind it
    /// unfold. `CodecLimits.detectionBytes` are enough; with fewer, a zlib file may not be recognised by its content.
    package static func detected(_ start: some Collection<UInt8>, path: String? = nil) -> Codec {
        if start.starts(with: gzip.mark) { return .gzip }
        if start.starts(with: zstd.mark) || isSkippableFrame(start) { return .zstd }
        if start.starts(with: snappy.mark) { return .snappy }
        let isNamed = path.map { named(by: $0) == .zlib } ?? false
        if hasZlibHeader(start), isNamed || unfolds(start) { return .zlib }
        return .none
    }

    /// The source's bytes without compression.
    ///
    /// - Parameters:
    ///   - path: Names the file in messages. A file of another codec than its end tells, or of none, is read as its content shows.
    ///   - declared: What the file must be, whatever its content and name show; nil: the content decides.
    ///   - plainLimit: The most plain bytes that the file may hold; nil: any number, for readers that keep no more than a buffer.
    /// - Throws: `cutFile` when the name ends in a codec's extension and the file is empty or ends within the codec's mark; `cutFile` or
    ///   `corruptFile` when the content is not of the declared codec. What is wrong further in the file is thrown by the result.
    package static func decompressed(
        _ source: any ByteSource & Sendable, path: String, as declared: Codec? = nil, plainLimit: Int64? = nil
    ) throws(SluiceError) -> any ByteSource & Sendable {
        let input = InputBuffer(source, path: path)
        try input.fill(atLeast: CodecLimits.detectionBytes)
        if let declared { return limited(try declared.checked(input).decompressed(input), plainLimit, path) }
        let codec = detected(input.unread, path: path)
        let named = named(by: path)
        if codec == .none, named != .none, named.mark.starts(with: input.unread) {
            let what =
                input.unread.isEmpty ? "the file is empty, not \(named)" : "the \(named) file is cut off after \(input.unread.count) bytes"
            throw SluiceError(.cutFile, what, at: .file(path: path), remedy: "copy the file again")
        }
        return limited(codec.decompressed(input), plainLimit, path)
    }

    /// That a file is not compressed although its name says so; nil where there is nothing to say.
    ///
    /// - Parameter start: Its first `CodecLimits.detectionBytes`.
    package static func notice(_ start: some Collection<UInt8>, path: String) -> String? {
        let named = named(by: path)
        guard named != .none, !start.isEmpty, detected(start, path: path) == .none else { return nil }
        return "\(path) is not compressed, although its name says \(named); it is read as it is"
    }

    /// The first bytes of each file of the codec.
    private var mark: [UInt8] {
        switch self {
        case .none: []
        case .gzip: [0x1F, 0x8B]
        case .zlib: [0x78]
        case .zstd: [0x28, 0xB5, 0x2F, 0xFD]
        case .snappy: SnappyFrames.identifier
        }
    }

    /// The codec, when the input begins as it does.
    private func checked(_ input: InputBuffer) throws(SluiceError) -> Codec {
        let isRight =
            switch self {
            case .none: true
            case .zlib: Self.hasZlibHeader(input.unread)
            default: Self.detected(input.unread) == self
            }
        if isRight { return self }
        throw SluiceError(
            input.unread.isEmpty ? .cutFile : .corruptFile, "the file is not \(self), as it is declared to be", at: .file(path: input.path),
            remedy: "leave the compression out: each file's content shows how it is compressed")
    }

    private static func limited(
        _ source: any ByteSource & Sendable, _ plainLimit: Int64?, _ path: String
    ) -> any ByteSource & Sendable {
        guard let plainLimit else { return source }
        return LimitedSource(source, limit: plainLimit, path: path)
    }

    private func decompressed(_ input: InputBuffer) -> any ByteSource & Sendable {
        switch self {
        case .none: PlainSource(input)
        case .gzip: InflatedSource(input, ISALInflater(.gzip), .gzip)
        case .zlib: InflatedSource(input, ISALInflater(.zlib), .zlib)
        case .zstd: ZstdSource(input)
        case .snappy: SnappySource(input)
        }
    }

    /// RFC 8878, 3.1.2: 0x184D2A50 to 0x184D2A5F, little-endian.
    private static func isSkippableFrame(_ start: some Collection<UInt8>) -> Bool {
        start.first.map { $0 & 0xF0 == 0x50 } == true && start.dropFirst().starts(with: [0x2A, 0x4D, 0x18])
    }

    /// RFC 1950, 2.2, with the window of 32 KiB that all writers use and without a preset dictionary.
    private static func hasZlibHeader(_ start: some Collection<UInt8>) -> Bool {
        guard start.first == 0x78, let flags = start.dropFirst().first else { return false }
        return [0x01, 0x5E, 0x9C, 0xDA].contains(flags)
    }

    /// Whether the bytes are the beginning of zlib data, or all of it.
    private static func unfolds(_ start: some Collection<UInt8>) -> Bool {
        let plausibleBytes = 256
        let inflater = ISALInflater(.zlib)
        let input = Array(start.prefix(CodecLimits.detectionBytes))
        return withUnsafeTemporaryAllocation(byteCount: plausibleBytes, alignment: 8) { plain in
            var made = 0
            var taken = 0
            while made < plausibleBytes {
                let step = input.withUnsafeBytes {
                    inflater.run(
                        UnsafeRawBufferPointer(rebasing: $0[taken...]), UnsafeMutableRawBufferPointer(rebasing: plain[made...]))
                }
                made += step.made
                taken += step.taken
                if step.outcome != .going { return step.outcome == .memberEnded }
                if step.made == 0, step.taken == 0 { return false }
            }
            return true
        }
    }
}
