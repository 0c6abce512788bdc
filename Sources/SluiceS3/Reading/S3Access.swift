import SluiceAWS
import SluiceCore
import Synchronization

/// An object that is read from any place, for code that waits.
///
/// Whoever reads in order gets ranges that grow, and that are asked for ahead, side by side; whoever reads here and there gets what is asked for. All
/// ranges are of one version of the object. Bytes that were read in order from the first to the last are checked against the object's checksum.
final class S3Access: RandomAccess {
    private struct Fetched {
        var range: Range<Int64>
        var bytes: ServiceThreads.Running<[UInt8]>
    }

    private struct State {
        /// Ranges that came, or are on their way, of the part that is read in order; ascending.
        var ahead: [Fetched] = []
        /// The first range, which is read again by whoever looks at the object before reading it.
        var first: Fetched?
        /// Where the next byte in order is, and the next range.
        var next: Int64 = 0
        var rangeBytes = Int64(S3Limits.firstRangeBytes)
        /// The last range that was read elsewhere.
        var kept: (offset: Int64, bytes: [UInt8]) = (0, [])
        var check: Check
    }

    private let service: S3Service
    private let key: String
    private let etag: String
    let byteCount: Int64
    private let state: Mutex<State>

    /// - Parameter isAhead: Whether the first range is asked for at once.
    init(_ service: S3Service, key: String, byteCount: Int64, etag: String, isAhead: Bool = false) {
        self.service = service
        self.key = key
        self.byteCount = byteCount
        self.etag = etag
        state = Mutex(State(check: Check()))
        if isAhead, byteCount > 0 { state.withLock { begin(&$0) } }
    }

    deinit { state.withLock { state in for fetched in state.ahead { fetched.bytes.cancel() } } }

    func read(at offset: Int64, into buffer: UnsafeMutableRawBufferPointer) throws(SluiceError) -> Int {
        guard offset >= 0, offset < byteCount, !buffer.isEmpty else { return 0 }
        let wanted = offset..<min(byteCount, offset + Int64(buffer.count))
        var filled: Int64 = 0
        while wanted.lowerBound + filled < wanted.upperBound {
            let place = wanted.lowerBound + filled
            let count = try part(from: place, wanted.upperBound, UnsafeMutableRawBufferPointer(rebasing: buffer[Int(filled)...]))
            filled += Int64(count)
        }
        return Int(filled)
    }

    /// Some of the bytes from a place on, at least one.
    private func part(from place: Int64, _ end: Int64, _ buffer: UnsafeMutableRawBufferPointer) throws(SluiceError) -> Int {
        if let count = state.withLock({ state in Self.copy(state.kept.bytes, state.kept.offset, place, end, buffer) }) { return count }
        if let range = inOrder(place) {
            let bytes = try ServiceThreads.result(of: range.bytes)
            try passed(range.range, bytes)
            return Self.copy(bytes, range.range.lowerBound, place, end, buffer) ?? 0
        }
        if end - place > Int64(S3Limits.rangeBytes) { return try pieces(place..<end, buffer) }
        // The end of an object is where formats keep what they begin with.
        let least = Int64(S3Limits.placeBytes)
        let start = end == byteCount ? min(place, max(0, byteCount - least)) : place
        let range = start..<min(byteCount, max(end, start + least))
        let bytes = try ServiceThreads.result(of: fetch(range))
        if bytes.count <= S3Limits.keptBytes { state.withLock { $0.kept = (start, bytes) } }
        return Self.copy(bytes, start, place, end, buffer) ?? 0
    }

    /// Many bytes that are not read in order, in ranges side by side.
    private func pieces(_ wanted: Range<Int64>, _ buffer: UnsafeMutableRawBufferPointer) throws(SluiceError) -> Int {
        var running: [Fetched] = []
        var next = wanted.lowerBound
        defer { for piece in running { piece.bytes.cancel() } }
        while true {
            while running.count <= S3Limits.rangesAhead, next < wanted.upperBound {
                let range = next..<min(wanted.upperBound, next + Int64(S3Limits.rangeBytes))
                running.append(Fetched(range: range, bytes: fetch(range)))
                next = range.upperBound
            }
            guard let piece = running.first else { return Int(wanted.upperBound - wanted.lowerBound) }
            let bytes = try ServiceThreads.result(of: piece.bytes)
            running.removeFirst()
            let target = UnsafeMutableRawBufferPointer(rebasing: buffer[Int(piece.range.lowerBound - wanted.lowerBound)...])
            _ = Self.copy(bytes, piece.range.lowerBound, piece.range.lowerBound, piece.range.upperBound, target)
        }
    }

    private static func copy(
        _ bytes: [UInt8], _ offset: Int64, _ place: Int64, _ end: Int64, _ buffer: UnsafeMutableRawBufferPointer
    ) -> Int? {
        guard place >= offset, place < offset + Int64(bytes.count) else { return nil }
        let start = Int(place - offset)
        let count = min(bytes.count - start, Int(end - place), buffer.count)
        bytes.withUnsafeBytes { buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[start..<start + count])) }
        return count
    }

    /// The range of those in order that has a place; nil where reading at this place is not reading in order.
    private func inOrder(_ place: Int64) -> Fetched? {
        state.withLock { state in
            if place == 0, let first = state.first, state.ahead.first?.range.lowerBound != 0 {
                // From the start again.
                for range in state.ahead { range.bytes.cancel() }
                (state.ahead, state.next, state.rangeBytes) = ([first], first.range.upperBound, Int64(S3Limits.firstRangeBytes) * 2)
            }
            while let first = state.ahead.first, first.range.upperBound <= place, state.ahead.count > 1 || place == state.next {
                // What lies behind the reader is let go, if the reader has come to the range behind it.
                guard state.ahead.count == 1 || state.ahead[1].range.contains(place) else { return nil }
                state.ahead.removeFirst()
            }
            if let first = state.ahead.first {
                guard first.range.contains(place) else { return nil }
            } else {
                guard place == state.next else { return nil }
                begin(&state)
            }
            while state.rangeBytes >= Int64(S3Limits.aheadFromBytes), state.ahead.count <= S3Limits.rangesAhead, state.next < byteCount {
                begin(&state)
            }
            return state.ahead.first
        }
    }

    private func begin(_ state: inout State) {
        let range = state.next..<min(byteCount, state.next + state.rangeBytes)
        let fetched = Fetched(range: range, bytes: fetch(range))
        state.ahead.append(fetched)
        if state.first == nil { state.first = fetched }
        state.next = range.upperBound
        state.rangeBytes = min(state.rangeBytes * 2, Int64(S3Limits.rangeBytes))
    }

    private func fetch(_ range: Range<Int64>) -> ServiceThreads.Running<[UInt8]> {
        let whole = range == 0..<byteCount
        return ServiceThreads.start { [service, key, etag, byteCount] () async throws(SluiceError) in
            try await service.get(key, whole ? nil : range, etag: etag, byteCount: byteCount)
        }
    }

    // MARK: The checksum of what was read in order

    /// How far the checksum of the bytes in order was taken.
    private struct Check {
        /// Nil before the second range, and where there is nothing to check.
        var running: RunningChecksum?
        var said: ObjectChecksum?
        var next: Int64 = 0
    }

    /// Takes a range into the checksum, once. An object in one range was checked when it came.
    private func passed(_ range: Range<Int64>, _ bytes: [UInt8]) throws(SluiceError) {
        let (next, first) = state.withLock { ($0.check.next, $0.first) }
        guard range != 0..<byteCount, let first else { return }
        // Who reads no further than the first range needs no checksum, so it is asked for behind it.
        if next == 0, range.lowerBound == first.range.upperBound { try begin(with: first) }
        let found = state.withLock { state -> ObjectChecksum? in
            guard state.check.next == range.lowerBound, range.lowerBound > 0 else { return nil }
            state.check.next = range.upperBound
            state.check.running?.update(bytes)
            return range.upperBound == byteCount ? state.check.running?.checksum : nil
        }
        guard let found, let said = state.withLock({ $0.check.said }), found != said else { return }
        throw service.damaged(key, said: said, found: found)
    }

    private func begin(with first: Fetched) throws(SluiceError) {
        let object = try ServiceThreads.wait { [service, key] () async throws(SluiceError) in
            try await service.head(key, wantsChecksum: true)
        }
        guard object.etag == etag || etag.isEmpty else { throw service.changed(key) }
        let bytes = try ServiceThreads.result(of: first.bytes)
        var running = object.checksum.map { RunningChecksum($0.algorithm) }
        running?.update(bytes)
        state.withLock { state in
            guard state.check.next == 0 else { return }
            state.check = Check(running: running, said: object.checksum, next: first.range.upperBound)
        }
    }
}
