import SluiceCore

/// The part of a segment that was fetched last; asking for a place outside fetches anew, from that place on.
struct FrameWindow: Sendable {
    let file: ReadFile
    private(set) var bytes: [UInt8] = []
    /// Place in the file of the first byte.
    private(set) var start = 0

    init(_ file: ReadFile) { self.file = file }

    /// Makes `count` bytes from `place` on available, fetching at least `ahead`; returns how many there are, fewer only at the file's end.
    mutating func fill(_ place: Int, count: Int, ahead: Int) throws(SluiceError) -> Int {
        if holds(place, count: count) { return end - place }
        bytes = try file.read(max(count, ahead), at: place)
        start = place
        return bytes.count
    }

    func holds(_ place: Int, count: Int) -> Bool { place >= start && end - place >= count }

    /// Forgets what was fetched, because the file may have changed there.
    mutating func clear() { bytes = [] }

    /// Place in the file behind the last fetched byte.
    var end: Int { start + bytes.count }

    func header(at place: Int, tag: UInt64, segment: UInt64) -> FrameHeader.Parsed {
        bytes.withUnsafeBytes {
            FrameHeader.parse(UnsafeRawBufferPointer(rebasing: $0[(place - start)...]), tag: tag, segment: segment)
        }
    }

    func isIntact(at place: Int, _ header: FrameHeader) -> Bool {
        bytes.withUnsafeBytes {
            FrameDecoder.isIntact(UnsafeRawBufferPointer(rebasing: $0[(place - start)..<(place - start + header.frameBytes)]), header)
        }
    }
}
