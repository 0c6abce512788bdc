import SluiceCodecs
import SluiceCore
import SluiceFormats

/// A look at one file's start: its codec, its first plain bytes, and the classifiers over them.
struct FileProbe {
    let input: FileInput
    let codec: Codec
    /// The first plain bytes: `CrawlLimits.probedBytes`, or more where the first line is longer.
    let start: [UInt8]
    /// Nothing follows the start.
    let isWhole: Bool
    private let custom: [CustomClassifier]
    /// Whether a first record of delimited text may be names.
    private let mayHaveHeader: Bool

    private static let longLineBytes = 4 << 20

    /// - Throws: what reading and unfolding the start throws.
    init(_ input: FileInput, _ glance: [UInt8], _ custom: [CustomClassifier], hasHeader: Bool = true) throws(SluiceError) {
        self.input = input
        self.custom = custom
        mayHaveHeader = hasHeader
        codec = Codec.detected(glance, path: input.path)
        if codec == .none, Int64(glance.count) == input.access.byteCount {
            (start, isWhole) = (glance, true)
            return
        }
        var source = try input.plainBytes()
        var bytes: [UInt8] = []
        var isAtEnd = false
        var wanted = CrawlLimits.probedBytes
        repeat {
            isAtEnd = try Self.read(&source, upTo: wanted, into: &bytes)
            wanted *= 4
        } while !isAtEnd && !bytes.contains(0x0A) && bytes.count < Self.longLineBytes && FileKind(bytes) == nil
        (start, isWhole) = (bytes, isAtEnd)
    }

    /// - Returns: whether the source has ended.
    private static func read(_ source: inout InputBytes, upTo count: Int, into bytes: inout [UInt8]) throws(SluiceError) -> Bool {
        var buffer = [UInt8](repeating: 0, count: count)
        while bytes.count < count {
            var failure: SluiceError?
            var got = 0
            buffer.withUnsafeMutableBytes { raw in
                do throws(SluiceError) {
                    got = try source.read(into: UnsafeMutableRawBufferPointer(rebasing: raw[..<(count - bytes.count)]))
                } catch { failure = error }
            }
            if let failure { throw failure }
            if got == 0 { return true }
            bytes.append(contentsOf: buffer[..<got])
        }
        return false
    }

    private var fileExtension: String {
        var name = input.path.split(separator: "/").last.map(String.init)?.lowercased() ?? ""
        if let ending = codec.fileExtensions.first(where: { name.hasSuffix("." + $0) }) { name.removeLast(ending.count + 1) }
        return name.lastIndex(of: ".").map { String(name[name.index(after: $0)...]) } ?? ""
    }

    // MARK: Classifiers in order

    func classify() -> Classification {
        for classifier in custom { if let found = matching(classifier) { return .table(found) } }
        if let kind = FileKind(start) { return marked(kind) }
        if start.isEmpty { return .empty }
        guard let first = start.first(where: { $0 > 0x20 && $0 < 0x7F || $0 > 0x7F }) else {
            return .unknown(reason: start.contains(0) ? "it holds only NUL bytes" : "it holds only white space")
        }
        var reasons: [String] = []
        if first == UInt8(ascii: "{") || first == UInt8(ascii: "[") {
            switch json() {
            case .success(let found): return .table(found)
            case .failure(let reason): reasons.append(reason.text)
            }
        }
        if first == UInt8(ascii: "<"), let name = XMLGlance(start)?.name {
            return .recognised(name: name, remedy: "convert it to JSON lines or CSV with another program")
        }
        if isBinary { return .unknown(reason: "it has bytes that no text has, and no mark of a known format") }
        if let found = log() { return .table(found) }
        // Objects that are too deep, or damaged, would make columns of their punctuation.
        if reasons.isEmpty || !FormatRegistry.isPlainlyJSON(start[...]) {
            switch csv() {
            case .success(let found): return .table(found)
            case .failure(let reason): reasons.append(reason.text)
            }
        }
        return .unknown(reason: reasons.joined(separator: "; "))
    }

    private struct Reason: Error {
        let text: String
        init(_ text: String) { self.text = text }
    }

    /// NUL among the bytes, and not as UTF-16 has it.
    private var isBinary: Bool {
        guard start.contains(0) else { return false }
        let isMarked = start.starts(with: [0xFF, 0xFE]) || start.starts(with: [0xFE, 0xFF])
        let pairs = max(1, start.count / 2)
        let zeros = start.count { $0 == 0 }
        return !isMarked && zeros * 10 < pairs * 6
    }

    private func marked(_ kind: FileKind) -> Classification {
        guard let name = kind.format else {
            guard case .remedy(let remedy) = kind.use else { return .unknown(reason: "it is \(kind.name)") }
            return .recognised(name: kind.name, remedy: remedy)
        }
        do throws(SluiceError) {
            let description = try FormatRegistry.format(named: name).describe(input)
            let columns = (description.schema?.fields ?? []).map { FileClass.Column(name: $0.name, type: $0.type) }
            return .table(
                FileClass(
                    format: name, compression: name == ParquetFormat.name ? Codec.none.rawValue : codec.rawValue, options: [:],
                    columns: columns,
                    classifier: name, certainty: 1))
        } catch {
            return .unreadable(error.message)
        }
    }

    private func json() -> Result<FileClass, Reason> {
        guard let format = try? JSONFormat(options: [:]) else { return .failure(Reason("")) }
        switch sampled(format) {
        case .failure(let reason): return .failure(Reason("not JSON: \(reason.text)"))
        case .success(let sample):
            var found = kind(sample, options: [:], classifier: "json")
            if sample.layout.options["layout"] == .text("array") {
                found.notice = "its top-level array is read as one record for each element"
            } else if isWhole, sample.evidence.rows == 1, let list = Self.records(in: sample.evidence) {
                found.notice =
                    "it is one record, whose \(list.name.quotedForMessage) is a list of \(list.count) objects; "
                    + "a classifier with options: {records: \"$['\(list.name)'][*]\"} makes them the records"
            }
            return .success(found)
        }
    }

    /// The one member of a document that is a list of objects, as services answer.
    private static func records(in evidence: TableEvidence) -> (name: String, count: Int64)? {
        let lists = evidence.columns.filter { ($0.element?.count(.structure) ?? 0) > 1 }
        guard lists.count == 1, let list = lists.first else { return nil }
        return (list.name, list.element?.count(.structure) ?? 0)
    }

    private func log() -> FileClass? {
        guard let format = try? TextFormat(options: [:]), let layout = try? format.framer(MemorySource(start), path: input.path).layout,
            let pattern = layout.options["pattern"], let named = try? TextFormat(options: ["pattern": pattern]),
            case .success(let sample) = sampled(named)
        else { return nil }
        let name = if case .texts(let texts) = pattern { texts.joined(separator: " | ") } else { "grok" }
        return kind(sample, options: ["pattern": pattern], classifier: name.filter { !"%{}".contains($0) }.lowercased())
    }

    private static let tableExtensions: Set<String> = ["csv", "tsv", "tab", "psv"]

    private func csv() -> Result<FileClass, Reason> {
        let isNamed = Self.tableExtensions.contains(fileExtension)
        guard isNamed || FormatRegistry.mayBeTable(start[...]) || start.starts(with: [0xFF, 0xFE]) || start.starts(with: [0xFE, 0xFF])
        else {
            return .failure(Reason("its lines are of no known log and have no delimiter in common"))
        }
        guard let plain = try? CSVFormat(options: [:]) else { return .failure(Reason("")) }
        var options = plain.proposal(start, isWhole: isWhole)
        if !mayHaveHeader { options["header"] = .boolean(false) }
        guard let format = try? CSVFormat(options: options) else { return .failure(Reason("its dialect contradicts itself")) }
        switch sampled(format, mayBeEmpty: isNamed) {
        case .failure(let reason): return .failure(Reason("no delimited text: \(reason.text)"))
        case .success(let sample):
            guard sample.layout.columns.count > 1 || (isNamed && sample.evidence.rows > 0) else {
                return .failure(Reason("it has one column only"))
            }
            var found = kind(sample, options: options, classifier: "csv")
            if options["header"] == .boolean(false) { found.columns = typed(sample, options: options) }
            if case .text(let name)? = options["encoding"], ["cp1252", "latin-1"].contains(name) {
                found.notice =
                    "it is not UTF-8 and is read as \(name); if its letters are others, a classifier with options: {encoding: …} says so"
            }
            return .success(found)
        }
    }

    /// The class of an own classifier, if enough of the records are of its format.
    private func matching(_ classifier: CustomClassifier) -> FileClass? {
        if let kind = FileKind(start), kind.format != classifier.format { return nil }
        guard let format = try? FormatRegistry.recordFormat(named: classifier.format, options: classifier.options),
            case .success(let sample) = sampled(format)
        else { return nil }
        if classifier.format == CSVFormat.name, sample.layout.columns.count < 2, !classifier.allowsSingleColumn { return nil }
        var found = kind(sample, options: classifier.options, classifier: classifier.name)
        if classifier.options["header"] == .boolean(false) { found.columns = typed(sample, options: classifier.options) }
        return found
    }

    // MARK: Samples

    private struct Sample {
        var layout: FileLayout
        var evidence: TableEvidence
        var format: String
    }

    private func sampled(_ format: any RecordFormat, mayBeEmpty: Bool = false) -> Result<Sample, Reason> {
        do throws(SluiceError) {
            var framer = try format.open(input)
            var evidence = TableEvidence()
            var reader = try format.evidenceReader(framer.layout, path: input.path)
            for name in framer.layout.columns { _ = evidence.place(of: name) }
            while evidence.rows + evidence.rejected < CrawlLimits.probedRecords, let framed = try framer.next() {
                reader.take(framed, into: &evidence)
            }
            let total = evidence.rows + evidence.rejected
            if total == 0, !(mayBeEmpty && !framer.layout.columns.isEmpty) { return .failure(Reason("it has no records")) }
            guard evidence.rows * 100 >= total * CrawlLimits.fittingPercent else {
                let first = evidence.rejects.first.map { ", such as \($0.location.map { "\($0): " } ?? "")\($0.error.message)" } ?? ""
                return .failure(Reason("\(evidence.rejected) of the first \(total) records cannot be read\(first)"))
            }
            return .success(Sample(layout: framer.layout, evidence: evidence, format: format.name))
        } catch {
            return .failure(Reason(error.message))
        }
    }

    private func kind(_ sample: Sample, options: [String: OptionValue], classifier: String) -> FileClass {
        let total = sample.evidence.rows + sample.evidence.rejected
        let decision = TableDecision(sample.evidence, format: sample.format)
        let columns = decision.columns.map { FileClass.Column(name: $0.evidence.name, type: Self.nested($0.decision.type)) }
        return FileClass(
            format: sample.format, compression: codec.rawValue, options: options, columns: columns, classifier: classifier,
            certainty: total == 0 ? 1 : Double(sample.evidence.rows) / Double(total), isASCII: Classifier.isASCII(start))
    }

    /// Columns without names of their own are told apart by the kinds of their values.
    private func typed(_ sample: Sample, options: [String: OptionValue]) -> [FileClass.Column] {
        TableDecision(sample.evidence, format: sample.format).columns.map { column in
            let type: DataType =
                column.decision.type.isNumeric ? .float64 : column.decision.type.isTemporal ? .date : column.decision.type
            return FileClass.Column(name: column.evidence.name, type: column.evidence.valueCount == 0 ? nil : type)
        }
    }

    private static func nested(_ type: DataType) -> DataType? {
        switch type {
        case .list: .list(.null)
        case .structure, .map: .structure([])
        default: nil
        }
    }
}
