import Glibc
import SluiceCore
import Synchronization

extension ShardLog {
    static let microsPerHour: Int64 = 3_600_000_000

    /// Records that arrived before it have expired.
    var cutoffMicros: Int64 { settings.clock.nowMicros() - Int64(settings.now.retentionHours) * Self.microsPerHour }

    /// Removes whole segments whose records are all older than the retention, or surplus to its bytes; the active one stays.
    func removeExpired() throws(SluiceError) {
        let cutoff = cutoffMicros
        let bases = state.withLock { $0.bases }
        var expired = 0
        // Records of a segment are not younger than the first of the next one.
        while expired + 1 < bases.count, let arrival = try paths.firstArrivalMicros(of: bases[expired + 1], tag: tag), arrival < cutoff {
            expired += 1
        }
        if let limit = settings.now.retentionBytes {
            var sizes = bases[expired...].map { DiskFiles.byteCount(of: paths.segment($0)) ?? 0 }
            while sizes.count > 1, sizes.reduce(0, +) > limit {
                sizes.removeFirst()
                expired += 1
            }
        }
        if expired > 0 { try trimStart(to: bases[expired]) }
    }

    /// The oldest record that has neither been trimmed nor expired: where reading begins.
    ///
    /// - Complexity: O(1) while the oldest one found last has not expired, O(log n) otherwise.
    func horizon() throws(SluiceError) -> UInt64 {
        let cutoff = cutoffMicros
        let (trimPoint, known) = state.withLock { ($0.trimPoint, $0.horizon) }
        if let known, known.sequence >= trimPoint, known.micros >= cutoff { return known.sequence }
        var reader = try ShardReader(view: self, from: .time(cutoff))
        let found = try reader.nextHeader()
        let sequence = max(trimPoint, found?.baseSequence ?? durableEnd())
        state.withLock { $0.horizon = found.map { (sequence, $0.arrivalMicros) } }
        return sequence
    }

    /// Makes what has expired by now gone for good, so that a longer retention does not bring it back.
    func trimExpired() throws(SluiceError) { try trimStart(to: try horizon()) }

    /// Hides all records before `sequence` from readers, for good, and removes the segments that hold only such.
    func trim(before sequence: UInt64) async throws(SluiceError) {
        let isWhole = state.withLock { state in
            let all = sequence >= state.visibleEnd && state.visibleEnd == state.nextSequence
            if all { state.rollsNext = true }
            return all
        }
        if isWhole { try await sync() }
        try trimStart(to: min(sequence, state.withLock { $0.visibleEnd }))
    }

    private func trimStart(to sequence: UInt64) throws(SluiceError) {
        try trimming.withLock { _ throws(SluiceError) in try trimNow(to: sequence) }
    }

    private func trimNow(to sequence: UInt64) throws(SluiceError) {
        guard sequence > state.withLock({ $0.trimPoint }) else { return }
        try DiskFiles.writeAtomically(SequenceMark.bytes(sequence), to: paths.startMark)
        let removed = state.withLock { state -> [UInt64] in
            state.trimPoint = max(state.trimPoint, sequence)
            let kept = state.bases.lastIndex { $0 <= sequence } ?? 0
            defer { state.bases.removeFirst(kept) }
            return Array(state.bases[..<kept])
        }
        for base in removed { try remove(base) }
        if !removed.isEmpty { try files.syncDirectory(paths.directory) }
    }

    /// Removes a segment; its file is kept to be written over where there is room for it.
    private func remove(_ base: UInt64) throws(SluiceError) {
        unlink(paths.index(base))
        let path = paths.segment(base)
        let keeps = state.withLock { state in
            state.suspectBases.remove(base) == nil && !state.isSealed && state.spares.count < LogLimits.spareSegments
        }
        if keeps, rename(path, paths.spare(base)) == 0 {
            state.withLock { $0.spares.append(paths.spare(base)) }
            return
        }
        guard unlink(path) == 0 || errno == ENOENT else { throw .system(errno, cannot: "remove", path) }
    }
}

extension ShardFiles {
    /// Arrival time of a segment's first frame; nil for an empty or damaged beginning.
    func firstArrivalMicros(of base: UInt64, tag: UInt64) throws(SluiceError) -> Int64? {
        var window = FrameWindow(try ReadFile(segment(base)))
        guard try window.fill(0, count: FrameHeader.byteCount, ahead: 0) >= FrameHeader.byteCount,
            case .header(let header) = window.header(at: 0, tag: tag, segment: base)
        else { return nil }
        return header.arrivalMicros
    }
}
