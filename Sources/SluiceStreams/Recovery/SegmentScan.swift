import SluiceCore

/// What a whole read of one segment found.
struct SegmentScan {
    /// Byte ranges of runs of good frames, in order.
    var good: [Range<Int>] = []
    /// Byte ranges between good frames that hold none.
    var damaged: [Range<Int>] = []
    /// Sequence numbers that no frame holds although later ones do.
    var gaps: [Range<UInt64>] = []
    /// Where the good frames end; behind it is nothing, a torn frame or unwritten zeros.
    var goodEnd = 0
    var fileBytes = 0
    /// One past the last sequence number; the segment's base if it has no frames.
    var endSequence: UInt64
    var lastArrivalMicros: Int64?
    /// Everything behind `goodEnd` is zero: space that was reserved and never written.
    var tailIsZero = false

    /// Reads every frame and its checksum.
    ///
    /// - Throws: `stateTooNew` for a frame of a later format, and what reading throws.
    init(path: String, base: UInt64, tag: UInt64) throws(SluiceError) {
        endSequence = base
        var window = FrameWindow(try ReadFile(path))
        fileBytes = try window.file.byteCount()
        var place = 0
        while place < fileBytes {
            if let header = try Self.frame(&window, at: place, tag: tag, from: endSequence, path) {
                accept(header, at: place)
                place += header.frameBytes
            } else {
                place = try nextFrame(&window, after: place, tag: tag, path)
            }
        }
        tailIsZero = try Self.isZero(&window, goodEnd..<fileBytes)
    }

    private mutating func accept(_ header: FrameHeader, at place: Int) {
        if place > goodEnd { damaged.append(goodEnd..<place) }
        if header.baseSequence > endSequence { gaps.append(endSequence..<header.baseSequence) }
        if place == goodEnd, let last = good.popLast() {
            good.append(last.lowerBound..<(place + header.frameBytes))
        } else {
            good.append(place..<(place + header.frameBytes))
        }
        goodEnd = place + header.frameBytes
        endSequence = header.sequences.upperBound
        lastArrivalMicros = header.arrivalMicros
    }

    /// The header of an intact frame at `place` whose records come at or after `sequence`; nil where none is.
    private static func frame(
        _ window: inout FrameWindow, at place: Int, tag: UInt64, from sequence: UInt64, _ path: String
    ) throws(SluiceError) -> FrameHeader? {
        guard try window.fill(place, count: FrameHeader.byteCount, ahead: StreamLimits.readBytes) >= FrameHeader.byteCount else {
            return nil
        }
        switch window.header(at: place, tag: tag) {
        case .damaged: return nil
        case .tooNew(let version): throw .streamTooNew(path, version: Int(version))
        case .header(let header):
            guard header.baseSequence >= sequence,
                try window.fill(place, count: header.frameBytes, ahead: StreamLimits.readBytes) >= header.frameBytes,
                window.isIntact(at: place, header)
            else { return nil }
            return header
        }
    }

    /// Where the next intact frame begins, or the file's end.
    private func nextFrame(_ window: inout FrameWindow, after bad: Int, tag: UInt64, _ path: String) throws(SluiceError) -> Int {
        var place = bad + FrameHeader.alignment
        while place < fileBytes {
            let held = try window.fill(place, count: FrameHeader.byteCount, ahead: StreamLimits.readBytes)
            guard held >= FrameHeader.byteCount else { break }
            let last = place + held - FrameHeader.byteCount
            while place <= last, !window.mayBeginFrame(at: place) { place += FrameHeader.alignment }
            if place <= last {
                if try Self.frame(&window, at: place, tag: tag, from: endSequence, path) != nil { return place }
                place += FrameHeader.alignment
            }
        }
        return fileBytes
    }

    private static func isZero(_ window: inout FrameWindow, _ range: Range<Int>) throws(SluiceError) -> Bool {
        var place = range.lowerBound
        while place < range.upperBound {
            let count = min(StreamLimits.readBytes, range.upperBound - place)
            guard try window.file.read(count, at: place).allSatisfy({ $0 == 0 }) else { return false }
            place += count
        }
        return true
    }
}

extension FrameWindow {
    /// Whether the four magic bytes stand at a fetched place.
    func mayBeginFrame(at place: Int) -> Bool {
        bytes.withUnsafeBytes { FrameHeader.load($0, place - start, as: UInt32.self) == FrameHeader.magic }
    }
}
