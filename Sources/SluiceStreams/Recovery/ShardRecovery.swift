import Glibc
import SluiceCore

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
        var activeBytes: Int
        var nextSequence: UInt64
        var lastArrivalMicros: Int64?
    }

    /// Recovers the last segment and sets the end mark.
    mutating func open() throws(SluiceError) -> Opened {
        try removeLeftovers()
        let bases = try paths.segmentBases()
        let marked = max(SequenceMark.read(paths.endMark) ?? 0, SequenceMark.read(paths.startMark) ?? 0)
        guard let last = bases.last else {
            if marked > 0 { add(.missing(0..<marked), paths.directory) }
            return try begin(at: marked, after: [], arrival: nil)
        }
        let scan = try repair(last, acknowledged: marked)
        if marked > scan.endSequence {
            add(.missing(scan.endSequence..<marked), paths.segment(last))
            return try begin(at: marked, after: bases, arrival: scan.lastArrivalMicros)
        }
        try writeMark(scan.endSequence)
        return Opened(
            bases: bases, activeBytes: scan.goodEnd, nextSequence: scan.endSequence, lastArrivalMicros: scan.lastArrivalMicros)
    }

    /// Reads a closed segment whole and sets damage aside.
    mutating func verify(_ base: UInt64, next: UInt64) throws(SluiceError) {
        let scan = try repair(base, acknowledged: next)
        if scan.endSequence < next { add(.missing(scan.endSequence..<next), paths.segment(base)) }
    }

    /// Scans a segment and leaves only good frames in it.
    private mutating func repair(_ base: UInt64, acknowledged: UInt64) throws(SluiceError) -> SegmentScan {
        let path = paths.segment(base)
        var scan = try SegmentScan(path: path, base: base, tag: tag)
        let tail = scan.fileBytes - scan.goodEnd
        let tailWasAcknowledged = acknowledged > scan.endSequence && tail > 0 && !scan.tailIsZero
        if !scan.damaged.isEmpty || tailWasAcknowledged {
            let damagedBytes = scan.damaged.reduce(0) { $0 + $1.count } + tail
            let kept = try quarantine(path, scan.good)
            add(.quarantined(damagedBytes: damagedBytes, keptAs: kept), path)
            scan.goodEnd = scan.good.reduce(0) { $0 + $1.count }
        } else if tail > 0 {
            let file = try files.open(path)
            try file.truncate(to: scan.goodEnd)
            try file.sync()
            if !scan.tailIsZero { add(.cutTail(bytes: tail), path) }
        }
        for gap in scan.gaps where !scan.damaged.isEmpty { add(.missing(gap), path) }
        return scan
    }

    /// Keeps the file as it is under another name and puts one with only the good frames in its place; returns the other name.
    private func quarantine(_ path: String, _ good: [Range<Int>]) throws(SluiceError) -> String {
        let staged = path + ".salvage"
        let source = try ReadFile(path)
        let target = try files.open(staged)
        try target.truncate(to: 0)
        var place = 0
        for run in good {
            for start in stride(from: run.lowerBound, to: run.upperBound, by: StreamLimits.readBytes) {
                let bytes = try source.read(min(StreamLimits.readBytes, run.upperBound - start), at: start)
                try withBytes(bytes) { raw throws(SluiceError) in try target.write(raw, at: place) }
                place += bytes.count
            }
        }
        try target.sync()
        var kept = path + ".damaged"
        var number = 1
        while link(path, kept) != 0 {
            guard errno == EEXIST else { throw .system(errno, cannot: "keep", path) }
            number += 1
            kept = path + ".damaged-\(number)"
        }
        guard rename(staged, path) == 0 else { throw .system(errno, cannot: "replace", path) }
        try files.syncDirectory(paths.directory)
        return kept
    }

    private mutating func begin(at sequence: UInt64, after bases: [UInt64], arrival: Int64?) throws(SluiceError) -> Opened {
        _ = try files.open(paths.segment(sequence))
        try files.syncDirectory(paths.directory)
        try writeMark(sequence)
        return Opened(bases: bases + [sequence], activeBytes: 0, nextSequence: sequence, lastArrivalMicros: arrival)
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

    private mutating func add(_ kind: RecoveryReport.Finding.Kind, _ segment: String) {
        findings.append(RecoveryReport.Finding(shard: shard, segment: segment, kind: kind))
    }
}
