import Glibc
import SluiceCore
import Synchronization

extension ShardLog {
    static let microsPerHour: Int64 = 3_600_000_000

    /// Removes whole segments whose records are all older than the retention; the active one stays.
    func removeExpired() throws(SluiceError) {
        let cutoff = clock.nowMicros() - Int64(retentionHours) * Self.microsPerHour
        let bases = state.withLock { $0.bases }
        var expired = 0
        // Records of a segment are not younger than the first of the next one.
        while expired + 1 < bases.count, let arrival = try paths.firstArrivalMicros(of: bases[expired + 1], tag: tag), arrival < cutoff {
            expired += 1
        }
        if expired > 0 { try trimStart(to: bases[expired]) }
    }

    /// Hides all records before `sequence` from readers, for good, and removes the segments that hold only such.
    func trim(before sequence: UInt64) async throws(SluiceError) {
        let isWhole = state.withLock { state in
            let all = sequence >= state.durableEnd && state.isSettled
            if all { state.rollsNext = true }
            return all
        }
        if isWhole { try await sync() }
        try trimStart(to: min(sequence, state.withLock { $0.durableEnd }))
    }

    private func trimStart(to sequence: UInt64) throws(SluiceError) {
        guard sequence > state.withLock({ $0.trimPoint }) else { return }
        try DiskFiles.writeAtomically(SequenceMark.bytes(sequence), to: paths.startMark)
        let removed = state.withLock { state -> [UInt64] in
            state.trimPoint = max(state.trimPoint, sequence)
            let kept = state.bases.lastIndex { $0 <= sequence } ?? 0
            defer { state.bases.removeFirst(kept) }
            return Array(state.bases[..<kept])
        }
        for base in removed {
            guard unlink(paths.segment(base)) == 0 || errno == ENOENT else { throw .system(errno, cannot: "remove", paths.segment(base)) }
        }
        if !removed.isEmpty { try files.syncDirectory(paths.directory) }
    }
}

extension ShardFiles {
    /// Arrival time of a segment's first frame; nil for an empty or damaged beginning.
    func firstArrivalMicros(of base: UInt64, tag: UInt64) throws(SluiceError) -> Int64? {
        var window = FrameWindow(try ReadFile(segment(base)))
        guard try window.fill(0, count: FrameHeader.byteCount, ahead: 0) >= FrameHeader.byteCount,
            case .header(let header) = window.header(at: 0, tag: tag)
        else { return nil }
        return header.arrivalMicros
    }
}
