import SluiceCore

/// Decompresses a gzip file (RFC 1952) of one member or several, a buffer at a time, so a small file that unfolds to a huge one costs no memory.
struct GzipSource: ByteSource, Sendable {
    private enum State {
        case inMember
        /// Behind a member: another may follow, or padding with zeros.
        case betweenMembers
        case ended
    }

    private var source: any ByteSource & Sendable
    private let path: String
    private let inflater = Inflater()
    private var state = State.inMember
    private var input: [UInt8] = []
    private var inputStart = 0
    /// Compressed bytes before `input[inputStart]`.
    private var compressedOffset: Int64 = 0

    init(_ source: any ByteSource & Sendable, path: String) {
        self.source = source
        self.path = path
    }

    mutating func read(into buffer: UnsafeMutableRawBufferPointer) throws(SluiceError) -> Int {
        guard !buffer.isEmpty else { return 0 }
        while state != .ended {
            if inputStart == input.count, try !fill() {
                if state == .betweenMembers { break }
                throw SluiceError(
                    .cutFile, "the gzip file is cut off after \(compressedOffset) compressed bytes", at: .file(path: path),
                    remedy: "copy or download the file again; gzip -t checks it")
            }
            if state == .betweenMembers {
                try startMember()
                continue
            }
            let (taken, made, outcome) = input.withUnsafeBufferPointer {
                inflater.run(UnsafeBufferPointer(rebasing: $0[inputStart...]), buffer)
            }
            inputStart += taken
            compressedOffset += Int64(taken)
            switch outcome {
            case .going: break
            case .memberEnded: state = .betweenMembers
            case .corrupt(let reason):
                throw SluiceError(
                    .corruptFile, "the gzip file is damaged near compressed byte \(compressedOffset): \(reason)", at: .file(path: path),
                    remedy: "copy or download the file again; gzip -t checks it")
            }
            if made > 0 { return made }
        }
        state = .ended
        return 0
    }

    /// Looks at the byte behind a member.
    private mutating func startMember() throws(SluiceError) {
        switch input[inputStart] {
        case 0:
            inputStart += 1
            compressedOffset += 1
        case 0x1F:
            inflater.restart()
            state = .inMember
        default:
            throw SluiceError(
                .corruptFile, "something that is not gzip stands behind compressed byte \(compressedOffset)", at: .file(path: path),
                remedy: "head -c \(compressedOffset) keeps the gzip part of the file")
        }
    }

    /// Reads more of the source; false at its end.
    private mutating func fill() throws(SluiceError) -> Bool {
        var failure: SluiceError?
        var source = source
        input = [UInt8](unsafeUninitializedCapacity: CodecLimits.compressedBytes) { target, count in
            do throws(SluiceError) {
                count = try source.read(into: UnsafeMutableRawBufferPointer(target))
            } catch {
                failure = error
            }
        }
        self.source = source
        inputStart = 0
        if let failure { throw failure }
        return !input.isEmpty
    }
}
