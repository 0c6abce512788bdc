import Glibc
import SluiceCore
import SluiceStreams

/// Brings a shard's directory into a state that can be appended to, and says what it had to do.
///
/// A torn tail is cut. Damage among good frames never costs those: they are copied to a new segment, and the damaged file is kept under
/// another name. Only the last segment is read whole; the others were synced before it was begun, and `verify` reads them.
struct ShardRecovery {
    let shard: ShardID
    let paths: ShardFiles
    let tag: UInt64
    let files: any LogFiles
    private(set) var findings: [RecoveryReport.Finding] = []

    init(shard: ShardID, paths: ShardFiles, tag: UInt64, files: any LogFiles) {
        self.shard = shard
        self.paths = paths
        self.tag = tag
        self.files = files
    }

    /// What an opened shard starts from.
    struct Opened {
        var bases: [UInt64]
        var activeBytes = 0
        /// Length of the last segment's file.
        var reservedBytes = 0
        var nextSequence: UInt64
        var lastArrivalMicros: Int64?
        /// Of the last segment.
        var index = SegmentIndex()
        var producers = ProducerTable()
    }

    /// Recovers the last segment and sets the end mark.
    ///
    /// - Parameters:
    ///   - start: Number of the shard's first record.
    ///   - closedEnd: One past the last record, of a shard that was split or merged.
    ///   - isNew: The shard has no files yet.
    /// - Throws: `stateCorrupt` where nothing says how many records a shard had whose files are gone: numbers are never given out twice.
    mutating func open(start: UInt64 = 0, closedEnd: UInt64? = nil, isNew: Bool = false) throws(SluiceError) -> Opened {
        try removeLeftovers()
        let mark = SequenceMark.read(paths.endMark)
        let first = SequenceMark.read(paths.startMark) ?? start
        let marked = max(mark ?? start, first, closedEnd ?? start)
        let bases = try replaceFirst(try paths.segmentBases(), first: first, end: marked)
        guard let last = bases.last else {
            guard isNew || mark != nil || closedEnd != nil else { throw .goneShard(shard, paths.directory) }
            return try begin(Opened(bases: [], nextSequence: marked))
        }
        let before = try producers(before: bases.count - 1, bases)
        let scan = try repair(last, acknowledged: marked, before)
        var opened = Opened(
            bases: bases, activeBytes: scan.goodEnd, reservedBytes: scan.fileBytes, nextSequence: scan.endSequence,
            lastArrivalMicros: scan.lastArrivalMicros, index: scan.index, producers: scan.producers)
        if opened.lastArrivalMicros == nil { opened.lastArrivalMicros = try lastArrival(bases.dropLast()) }
        if marked > scan.endSequence {
            try addMissing(scan.endSequence..<marked, paths.segment(last))
            // A closed segment ends with its frames.
            let file = try files.open(paths.segment(last))
            try file.truncate(to: scan.goodEnd)
            try file.sync()
            opened.nextSequence = marked
            return try begin(opened)
        }
        // What a process left behind in the system's memory only is on disk before it is called durable.
        if scan.goodEnd > 0 { try files.open(paths.segment(last)).sync() }
        try writeMark(scan.endSequence)
        return opened
    }

    /// Puts an empty segment where the first one is gone, so that what it held is known to be missing.
    ///
    /// - Parameters:
    ///   - first: The first record that was not trimmed.
    ///   - end: One past the last record, for a shard without segments.
    private mutating func replaceFirst(_ bases: [UInt64], first: UInt64, end: UInt64) throws(SluiceError) -> [UInt64] {
        let missing = first..<max(first, bases.first ?? end)
        guard !missing.isEmpty else { return bases }
        _ = try files.open(paths.segment(first))
        try files.syncDirectory(paths.directory)
        // Of a shard's only segment the scan says so.
        if !bases.isEmpty { try addMissing(missing, paths.segment(first)) }
        return [first] + bases
    }

    /// Reads a closed segment whole and sets damage aside.
    mutating func verify(_ base: UInt64, next: UInt64) throws(SluiceError) {
        let scan = try repair(base, acknowledged: next, ProducerTable())
        // What opening found missing, or an earlier reading, is known.
        let lost = scan.endSequence..<max(next, scan.endSequence)
        if !lost.isEmpty, MissingRecords(path: paths.missing).clamped(to: lost) != [lost] { try addMissing(lost, paths.segment(base)) }
    }

    /// Scans a segment and leaves only good frames in it.
    private mutating func repair(_ base: UInt64, acknowledged: UInt64, _ before: ProducerTable) throws(SluiceError) -> SegmentScan {
        let path = paths.segment(base)
        var scan = try SegmentScan(path: path, base: base, tag: tag, producers: before)
        let tailWasAcknowledged = acknowledged > scan.endSequence && scan.tornBytes > 0
        let gaps = scan.gaps
        if !scan.damaged.isEmpty || tailWasAcknowledged {
            let damagedBytes = scan.damaged.reduce(0) { $0 + $1.count } + scan.tornBytes
            // Before the damage is out of sight, so that a crash between the two forgets nothing.
            try keepMissing(gaps)
            let kept = try quarantine(path, scan.good)
            unlink(paths.index(base))
            add(.quarantined(damagedBytes: damagedBytes, keptAs: kept), path)
            scan = try SegmentScan(path: path, base: base, tag: tag, producers: before)
            for gap in gaps { add(.missing(gap), path) }
        } else if scan.tornBytes > 0 {
            let file = try files.open(path)
            try file.truncate(to: scan.goodEnd)
            try file.sync()
            scan.fileBytes = scan.goodEnd
            add(.cutTail(bytes: scan.tornBytes), path)
        }
        return scan
    }

    /// The producers of the shard when a segment was begun: from the last summary before it, and the headers behind that.
    private func producers(before segment: Int, _ bases: [UInt64]) throws(SluiceError) -> ProducerTable {
        var first = segment
        var table = ProducerTable()
        while first > 0 {
            if let summary = SegmentSummary.read(paths.index(bases[first - 1])) {
                table = summary.producers
                break
            }
            first -= 1
        }
        for base in bases[first..<segment] {
            let summary = try HeaderWalk.summary(path: paths.segment(base), base: base, tag: tag, producers: table)
            table = summary.producers
            let file = try files.open(paths.index(base))
            try file.truncate(to: 0)
            try withBytes(summary.bytes) { raw throws(SluiceError) in try file.write(raw, at: 0) }
        }
        return table
    }

    /// Arrival of the last frame of the segments before an empty one.
    private func lastArrival(_ bases: ArraySlice<UInt64>) throws(SluiceError) -> Int64? {
        guard let base = bases.last else { return nil }
        if let summary = SegmentSummary.read(paths.index(base)) { return summary.lastMicros }
        let walked = try HeaderWalk.summary(path: paths.segment(base), base: base, tag: tag, producers: ProducerTable())
        return walked.lastMicros
    }

    /// Keeps the file as it is under another name and puts one with only the good frames in its place; returns the other name.
    private func quarantine(_ path: String, _ good: [Range<Int>]) throws(SluiceError) -> String {
        let staged = path + ".salvage"
        let source = try ReadFile(path)
        let target = try files.open(staged)
        try target.truncate(to: 0)
        var place = 0
        for run in good {
            for start in stride(from: run.lowerBound, to: run.upperBound, by: LogLimits.readBytes) {
                let bytes = try source.read(min(LogLimits.readBytes, run.upperBound - start), at: start)
                try withBytes(bytes) { raw throws(SluiceError) in try target.write(raw, at: place) }
                place += bytes.count
            }
        }
        try target.sync()
        var kept = path + ShardFiles.damagedSuffix
        var number = 1
        while link(path, kept) != 0 {
            guard errno == EEXIST else { throw .system(errno, cannot: "keep", path) }
            number += 1
            kept = path + ShardFiles.damagedSuffix + "-\(number)"
        }
        guard rename(staged, path) == 0 else { throw .system(errno, cannot: "replace", path) }
        try files.syncDirectory(paths.directory)
        return kept
    }

    /// A new last segment.
    private func begin(_ before: Opened) throws(SluiceError) -> Opened {
        let base = before.nextSequence
        _ = try files.open(paths.segment(base))
        try files.syncDirectory(paths.directory)
        try writeMark(base)
        return Opened(
            bases: before.bases + [base], nextSequence: base, lastArrivalMicros: before.lastArrivalMicros, producers: before.producers)
    }

    private func writeMark(_ sequence: UInt64) throws(SluiceError) {
        let mark = try files.open(paths.endMark)
        try withBytes(SequenceMark.bytes(sequence)) { raw throws(SluiceError) in try mark.write(raw, at: 0) }
        try mark.sync()
    }

    private func removeLeftovers() throws(SluiceError) {
        for name in try DiskFiles.list(paths.directory) where name.hasSuffix(".salvage") || name.contains(".tmp-") {
            try DiskFiles.removeTree(paths.directory + "/" + name)
        }
    }

    private mutating func addMissing(_ range: Range<UInt64>, _ segment: String) throws(SluiceError) {
        try keepMissing([range])
        add(.missing(range), segment)
    }

    /// Keeps the numbers of records that are gone.
    private func keepMissing(_ ranges: [Range<UInt64>]) throws(SluiceError) {
        guard !ranges.isEmpty else { return }
        var missing = MissingRecords(path: paths.missing)
        for range in ranges { missing.insert(range) }
        try missing.write(to: paths.missing)
    }

    private mutating func add(_ kind: RecoveryReport.Finding.Kind, _ segment: String) {
        findings.append(RecoveryReport.Finding(shard: shard, segment: segment, kind: kind))
    }
}
