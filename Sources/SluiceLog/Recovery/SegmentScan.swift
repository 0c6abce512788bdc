import SluiceCore

/// What a whole read of one segment found.
struct SegmentScan {
    /// Byte ranges of runs of good frames, in order.
    var good: [Range<Int>] = []
    /// Byte ranges between good frames that hold none.
    var damaged: [Range<Int>] = []
    /// Sequence numbers that no frame holds although later ones do.
    var gaps: [Range<UInt64>] = []
    /// Where the good frames end; behind it is nothing, a torn frame, unwritten zeros, or what a recycled file held before.
    var goodEnd = 0
    var fileBytes = 0
    /// One past the last sequence number; the segment's base if it has no frames.
    var endSequence: UInt64
    var lastArrivalMicros: Int64?
    var index = SegmentIndex()
    /// Producers at the segment's end, from those at its start.
    var producers: ProducerTable
    /// Bytes behind `goodEnd` that an interrupted write left, up to the last that is not zero; none in space that was only reserved.
    var tornBytes = 0
    /// Frames of another segment were seen: the file was recycled.
    private var isRecycled = false
    private let base: UInt64
    private let tag: UInt64
    private let path: String

    /// Reads every frame and its checksum.
    ///
    /// - Throws: `stateTooNew` for a frame of a later format, and what reading throws.
    init(path: String, base: UInt64, tag: UInt64, producers: ProducerTable = ProducerTable()) throws(SluiceError) {
        endSequence = base
        self.base = base
        self.tag = tag
        self.path = path
        self.producers = producers
        var window = FrameWindow(try ReadFile(path))
        fileBytes = try window.file.byteCount()
        var place = 0
        while place < fileBytes {
            if let header = try frame(&window, at: place) {
                accept(header, at: place)
                place += header.frameBytes
            } else {
                place = try nextFrame(&window, after: place)
            }
        }
        tornBytes = try tornBytes(&window)
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
        index.note(header, at: place)
        producers.note(header)
    }

    /// The header of an intact frame at `place` whose records come at or after the last one; nil where none is.
    private mutating func frame(_ window: inout FrameWindow, at place: Int) throws(SluiceError) -> FrameHeader? {
        guard try window.fill(place, count: FrameHeader.byteCount, ahead: LogLimits.readBytes) >= FrameHeader.byteCount else {
            return nil
        }
        switch window.header(at: place, tag: tag, segment: base) {
        case .damaged: return nil
        case .stale:
            isRecycled = true
            return nil
        case .otherVersion(let version): throw .otherVersion(path, version: Int(version))
        case .header(let header):
            guard header.baseSequence >= endSequence,
                try window.fill(place, count: header.frameBytes, ahead: LogLimits.readBytes) >= header.frameBytes,
                window.isIntact(at: place, header)
            else { return nil }
            return header
        }
    }

    /// Where the next intact frame begins, or the file's end.
    private mutating func nextFrame(_ window: inout FrameWindow, after bad: Int) throws(SluiceError) -> Int {
        var place = bad + FrameHeader.alignment
        while place < fileBytes {
            let held = try window.fill(place, count: FrameHeader.byteCount, ahead: LogLimits.readBytes)
            guard held >= FrameHeader.byteCount else { break }
            let last = place + held - FrameHeader.byteCount
            place = window.mayBeginFrame(from: place, through: last)
            if place <= last {
                if try frame(&window, at: place) != nil { return place }
                place += FrameHeader.alignment
            }
        }
        return fileBytes
    }

    private func tornBytes(_ window: inout FrameWindow) throws(SluiceError) -> Int {
        if isRecycled {
            // What the file held before is not zero either: only a header of this segment says that a write was cut off here.
            guard try window.fill(goodEnd, count: FrameHeader.byteCount, ahead: 0) >= FrameHeader.byteCount,
                case .header(let header) = window.header(at: goodEnd, tag: tag, segment: base)
            else { return 0 }
            return min(header.frameBytes, fileBytes - goodEnd)
        }
        var place = fileBytes
        while place > goodEnd {
            let count = min(LogLimits.readBytes, place - goodEnd)
            if let last = try window.file.read(count, at: place - count).lastIndex(where: { $0 != 0 }) {
                return place - count + last + 1 - goodEnd
            }
            place -= count
        }
        return 0
    }
}

extension FrameWindow {
    /// The first place from `place` on, in steps of a frame's alignment, where the four magic bytes stand; behind `last` if there is none.
    fileprivate func mayBeginFrame(from place: Int, through last: Int) -> Int {
        bytes.withUnsafeBytes { bytes in
            var place = place
            while place <= last, FrameHeader.load(bytes, place - start, as: UInt32.self) != FrameHeader.magic {
                place += FrameHeader.alignment
            }
            return place
        }
    }
}
