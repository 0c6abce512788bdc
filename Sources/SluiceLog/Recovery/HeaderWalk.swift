import SluiceCore

/// What the headers of a closed segment say, read without the bodies between them where those are long.
enum HeaderWalk {
    /// How much is read for a header, so that the next ones come with it where frames are short.
    private static let aheadBytes = 64 << 10

    /// Index and producers; they end at the first header that is damaged.
    static func summary(
        path: String, base: UInt64, tag: UInt64, producers: ProducerTable
    ) throws(SluiceError) -> SegmentSummary {
        var summary = SegmentSummary(index: SegmentIndex(), producers: producers, lastMicros: .min)
        var window = FrameWindow(try ReadFile(path))
        var place = 0
        while try window.fill(place, count: FrameHeader.byteCount, ahead: aheadBytes) >= FrameHeader.byteCount,
            case .header(let header) = window.header(at: place, tag: tag, segment: base)
        {
            summary.index.note(header, at: place)
            summary.producers.note(header)
            summary.lastMicros = header.arrivalMicros
            place += header.frameBytes
        }
        return summary
    }
}
