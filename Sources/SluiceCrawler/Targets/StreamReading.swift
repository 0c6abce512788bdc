import SluiceCatalog
import SluiceCore
import SluiceFormats
import SluiceLog
import SluicePipelines
import SluiceStorage
import SluiceStreams

/// Takes in the records of a stream: what they are, and what their values are.
///
/// Records that came from files or rows say in a header how they are written; of others the first ones are looked at.
struct StreamReading {
    /// The header of a frame that says how its records are written: the layout, and behind a line end the path of their file.
    private static let envelopeHeader = "sluice-envelope"

    private let stream: String
    private var evidence = TableEvidence()
    /// Of records that say nothing, as their first ones show.
    private var undescribed: FileLayout?
    private var unknown: String?
    private var layouts: [FileLayout] = []
    private var keys: [String] = []
    private var records: Int64 = 0
    /// Frames that say nothing, until enough of their records are there to tell what they are; and these, a record a line.
    private var waiting: [(frame: StreamRecords, shard: Int)] = []
    private var sample: [UInt8] = []
    private var sampled = 0

    init(_ stream: String) { self.stream = stream }

    /// - Throws: `corruptFrame` for a malformed header.
    mutating func take(_ frame: StreamRecords, shard: Int) throws(SluiceError) {
        if frame.count == 0 { return }
        records += Int64(frame.count)
        guard unknown == nil else { return }
        if let layout = try layout(of: frame) { return take(frame, shard: shard, as: layout) }
        waiting.append((frame, shard))
        addSample(frame)
        if sampled >= CrawlLimits.streamProbeRecords || sample.count >= CrawlLimits.probedBytes { settle() }
    }

    private mutating func take(_ frame: StreamRecords, shard: Int, as layout: FileLayout) {
        if !layouts.contains(where: { $0.format == layout.format && $0.options == layout.options }) { layouts.append(layout) }
        guard let format = try? FormatRegistry.recordFormat(named: layout.format, options: layout.options) else {
            unknown = "its records are \(layout.format), which is no format of single records"
            return
        }
        let path = "stream:\(stream)/\(ShardID(shard))"
        for name in layout.columns { _ = evidence.place(of: name) }
        guard var reader = try? format.evidenceReader(layout, path: path) else {
            unknown = "its records cannot be read as \(layout.format)"
            return
        }
        let lines = FramedRecords(
            frame.payloads, lines: .dense(first: Int64(clamping: frame.baseSequence), count: frame.count), rejects: [], path: path)
        reader.take(lines, into: &evidence)
    }

    private mutating func layout(of frame: StreamRecords) throws(SluiceError) -> FileLayout? {
        guard let header = frame.header(Self.envelopeHeader) else { return undescribed }
        guard let end = header.firstIndex(of: 0x0A) else {
            throw SluiceError(.corruptFrame, "malformed header of the records of stream \(stream.quotedForMessage)")
        }
        for value in HivePath.values(in: String(decoding: header[(end + 1)...], as: UTF8.self)) where !keys.contains(value.key) {
            keys.append(value.key)
        }
        return try FileLayout(serialized: Array(header[..<end]))
    }

    /// Adds the first records as lines of a file.
    private mutating func addSample(_ frame: StreamRecords) {
        for row in 0..<min(frame.count, CrawlLimits.streamProbeRecords - sampled) where unknown == nil {
            let payload = frame.payloads[row]
            sampled += 1
            if let kind = FileKind(payload) {
                unknown = "each record is \(kind.name); a pipeline reads such records as binary"
            }
            sample += payload
            if sample.last != 0x0A { sample.append(0x0A) }
        }
    }

    /// Says what the records are that say nothing, and takes in those that waited for it.
    private mutating func settle() {
        let frames = waiting
        waiting = []
        guard !frames.isEmpty, unknown == nil else { return }
        classify(sample)
        guard let undescribed else { return }
        for (frame, shard) in frames { take(frame, shard: shard, as: undescribed) }
    }

    private mutating func classify(_ bytes: [UInt8]) {
        do throws(SluiceError) {
            let probe = try FileProbe(FileInput(MemoryAccess(bytes), path: "stream:\(stream)"), bytes, [], hasHeader: false)
            switch probe.classify() {
            case .table(let kind):
                undescribed = FileLayout(format: kind.format, columns: Self.columns(kind), options: Self.options(kind))
            case .recognised(let name, let remedy): unknown = "its records are \(name); \(remedy)"
            case .unknown(let reason): unknown = reason
            case .empty: unknown = "its records are empty"
            case .unreadable(let message): unknown = message
            }
        } catch {
            unknown = error.message
        }
    }

    private static func columns(_ kind: FileClass) -> [String] { kind.format == JSONFormat.name ? [] : kind.columns.map(\.name) }

    /// A record is none of an array, and has no header above it.
    private static func options(_ kind: FileClass) -> [String: OptionValue] {
        var options = kind.options
        options["layout"] = nil
        return options
    }

    /// What the stream is.
    ///
    /// - Throws: what the names of its columns throw.
    mutating func look(_ table: ListedTable) throws(SluiceError) -> TableLook {
        settle()
        if let unknown { return .unknown(unknown) }
        guard records > 0, let layout = layouts.first else { return .empty }
        let formats = Set(layouts.map(\.format)).sorted()
        guard formats.count == 1 else { return .unknown("its records are of several formats: \(formats.joined(separator: ", "))") }
        let total = evidence.rows + evidence.rejected
        guard evidence.rows > 0, evidence.rows * 100 >= total * CrawlLimits.fittingPercent else {
            return .unknown("\(evidence.rejected) of its \(total) records cannot be read as \(layout.format)")
        }
        let decision = TableDecision(evidence, format: layout.format)
        let names = Set(decision.columns.map { $0.evidence.name.lowercased() })
        let fromPaths = keys.filter { !names.contains($0.lowercased()) }
        var seen = SeenTable(
            columns: decision.columns.map { CatalogColumn($0.evidence.name, $0.decision.type) }
                + fromPaths.map { CatalogColumn($0, .string) })
        seen.rowCount = evidence.rows
        (seen.rejects, seen.rejected) = (evidence.rejects, evidence.rejected)
        seen.evidence = .list(decision.columns.map { $0.json(rows: decision.rows) })
        seen.options["format"] = layout.format
        let own = undescribed.map { $0.options.merging(decision.options) { $1 } } ?? decision.options
        for (name, text) in StoredOptions.texts(own) { seen.options["options." + name] = text }
        return .table(seen)
    }
}
