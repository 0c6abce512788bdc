import SluiceCore
import SluicePipelines
import SluiceStorage

/// Files by the time of their partition, the date in their path, or their last change.
extension FileSource: BackfillSource {
    func cut(_ request: BackfillRequest) async throws -> BackfillCut {
        let range = try request.range.time()
        let dated = try DatedFiles(files, request.fileTime)
        var units: [TimeRange: [InputFile]] = [:]
        for (file, time) in dated.files {
            let unit = try unit(of: file, time, dated, request)
            if !unit.overlaps(range) { continue }
            if dated.isExact {
                guard range.contains(time.startMicros) else { continue }
                units[unit.clamped(to: range), default: []].append(file)
            } else {
                guard range.contains(unit) else { throw Self.partial(unit, file, request.range) }
                units[unit, default: []].append(file)
            }
        }
        let ordered = units.sorted { ($0.key.startMicros, $0.key.endMicros) < ($1.key.startMicros, $1.key.endMicros) }
        for (unit, next) in zip(ordered, ordered.dropFirst()) where unit.key.overlaps(next.key) {
            throw SluiceError(
                .usage,
                "\(unit.value[0].shown.quotedForMessage) covers \(unit.key), and \(next.value[0].shown.quotedForMessage) \(next.key)",
                remedy: "say with --unit how long a unit is, at least as long as both")
        }
        return BackfillCut(
            units: ordered.map { unit, files in
                BackfillUnit(name: unit.description, time: unit, source: with(files), inputs: files.map(\.backfillInput))
            },
            basis: dated.basis, from: TimeRange.text(range.startMicros), to: TimeRange.text(range.endMicros))
    }

    /// Those of some files that units of a range may be made of: types are inferred from these alone. All of them where there are none, or no
    /// time can be told, as the cut then says.
    static func files(_ files: [InputFile], for request: BackfillRequest) -> [InputFile] {
        guard let range = try? request.range.time(), let dated = try? DatedFiles(files, request.fileTime) else { return files }
        let wanted = dated.files.filter { _, time in
            let unit = (request.unit ?? dated.usualUnit)?.range(around: time.startMicros)
            return time.overlaps(range) || unit?.overlaps(range) == true
        }
        return wanted.isEmpty ? files : wanted.map(\.file)
    }

    private func unit(
        of file: InputFile, _ time: TimeRange, _ dated: DatedFiles, _ request: BackfillRequest
    ) throws(SluiceError) -> TimeRange {
        let asked = [request.unit ?? dated.usualUnit, request.leastUnit].compactMap(\.self).max()
        guard let asked else { return time }
        let unit = asked.range(around: time.startMicros)
        if unit.contains(time) { return unit }
        guard request.unit != nil else { return time }
        throw SluiceError(
            .usage, "\(file.shown.quotedForMessage) covers \(time), which is more than one \(asked.rawValue)",
            remedy: "take a longer --unit, or leave it out")
    }

    private static func partial(_ unit: TimeRange, _ file: InputFile, _ range: BackfillRange) -> SluiceError {
        SluiceError(
            .usage, "the range from \(range.from.text) to \(range.to.text) covers only a part of \(unit), which is done whole",
            at: .file(path: file.shown),
            remedy: "begin and end where a unit does: it is from \(TimeRange.text(unit.startMicros)) to \(TimeRange.text(unit.endMicros))")
    }
}

extension InputFile {
    fileprivate var backfillInput: BackfillUnit.Input {
        BackfillUnit.Input(name: shown, byteCount: byteCount, version: "\(byteCount) \(modifiedMicros)")
    }
}

/// The files of a source with their times.
private struct DatedFiles {
    let files: [(file: InputFile, time: TimeRange)]
    /// What the times are.
    let basis: String
    /// The unit where nobody asks for another; nil for each file's own time.
    var usualUnit: CalendarUnit?
    /// Whether times are moments, so that a unit can be cut off anywhere.
    var isExact = false

    /// - Throws: `invalidOption` where some files have a time and others have not.
    init(_ files: [InputFile], _ choice: FileTime?) throws(SluiceError) {
        if choice == nil, let partitions = try Self.byPartition(files) {
            self = partitions
            return
        }
        let dates = files.map { PathTime.range(in: $0.path) }
        let undated = zip(files, dates).first { $1 == nil }?.0
        if choice != .modified, !files.isEmpty, undated == nil {
            self.files = zip(files, dates).map { ($0, $1 ?? TimeRange(0, 0)) }
            basis = "dates in the paths"
            usualUnit = .day
            return
        }
        if choice == .path, let undated {
            throw SluiceError(
                .usage, "there is no date in the path \(undated.shown.quotedForMessage)", at: .file(path: undated.shown),
                remedy: "leave out --time path, or name files whose paths have dates such as 2024-03-01")
        }
        if choice == nil, let undated, let dated = zip(files, dates).first(where: { $1 != nil })?.0 {
            throw SluiceError(
                .usage, "\(dated.shown.quotedForMessage) has a date in its path, and \(undated.shown.quotedForMessage) has none",
                remedy: "say --time modified to go by the files' last changes, or name files of one kind")
        }
        if let unknown = files.first(where: { $0.modifiedMicros == 0 }) {
            throw SluiceError(
                .noBackfill, "the source cannot be cut by time: it has no partitions by time",
                at: .file(path: unknown.shown), remedy: "name a table that is partitioned by a date, or by year, month and day")
        }
        self.files = files.map { ($0, TimeRange($0.modifiedMicros, $0.modifiedMicros + 1)) }
        basis = "times of the files' last changes"
        usualUnit = .day
        isExact = true
    }

    private init(_ files: [(file: InputFile, time: TimeRange)], basis: String) {
        self.files = files
        self.basis = basis
    }

    private static func byPartition(_ files: [InputFile]) throws(SluiceError) -> DatedFiles? {
        guard let columns = files.first?.partition.map(\.key), !columns.isEmpty else { return nil }
        let values = files.map { file in columns.map { column in file.partition.last { $0.key == column }?.text } }
        guard let time = PartitionTime(columns: columns, values: values) else { return nil }
        var dated: [(file: InputFile, time: TimeRange)] = []
        for (file, values) in zip(files, values) {
            guard let range = time.range(of: values) else {
                throw SluiceError(
                    .usage, "the partition of \(file.shown.quotedForMessage) names no time by \(time.columns.joined(separator: ", "))",
                    at: .file(path: file.shown),
                    remedy: "name only files that have one, or say --time path or --time modified to go by something else")
            }
            dated.append((file, range))
        }
        return DatedFiles(dated, basis: "partitions by \(time.columns.joined(separator: ", "))")
    }
}
