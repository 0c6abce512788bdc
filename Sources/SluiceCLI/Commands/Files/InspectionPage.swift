import SluiceConnectors
import SluiceCore
import SluiceEngine
import SluiceFormats

/// What `inspect` shows of one file.
struct InspectionPage: Sendable {
    let file: InspectedFile
    var profile: ColumnProfile?

    init(file: InspectedFile) { self.file = file }

    private var report: FileReport { file.report }
    /// From the file itself, or counted.
    private var rowCount: Int64? { report.description.rowCount ?? (profile?.isWhole == true ? profile?.rowCount : nil) }

    var blocks: [Report.Block] {
        var pairs = KeyValueBlock()
        pairs.add("format", report.format + (report.compression.map { ", compressed with \($0)" } ?? ""))
        pairs.add("size", HumanText.bytes(report.byteCount))
        if let rowCount {
            pairs.add("rows", HumanText.grouped(rowCount))
        } else if let read = profile?.rowCount {
            pairs.add("rows", "not counted; the first \(HumanText.grouped(read)) were read (--full reads all)")
        }
        if let profile, profile.rejected > 0 { pairs.add("bad records", HumanText.grouped(profile.rejected)) }
        pairs.add("columns", String(profile?.columns.count ?? report.description.layout.columns.count))
        for fact in report.facts where !fact.value.isNull { pairs.add(fact.name.replacing("_", with: " "), text(fact)) }
        var blocks: [Report.Block] = [.line(file.path, .heading), .pairs(pairs)] + problemBlocks
        blocks += dialectBlocks + columnBlocks
        if let profile, profile.rejected > 0 {
            blocks += [.blank, .line("Bad records, the first \(profile.rejects.count)", .warning)]
            for letter in profile.rejects {
                let column = letter.column.map { "column \($0): " } ?? ""
                blocks.append(.paragraph("\(letter.location?.description ?? "?")  \(letter.code): \(column)\(letter.message)", indent: 2))
            }
        }
        blocks += groupBlocks(isWhole: false) + metadataBlocks
        let notices = Set((profile?.notices ?? []) + [file.notice].compactMap(\.self)).sorted()
        if !notices.isEmpty {
            blocks += [.blank] + notices.map { .paragraph("notice: " + CommandLineWords.adapted($0), indent: 0, .warning) }
        }
        return blocks
    }

    /// Why the file cannot be converted as it is, and what to do.
    private var problemBlocks: [Report.Block] {
        guard let problem = file.problem else { return [] }
        let texts = ["problem: \(problem.message)", problem.remedy].compactMap(\.self).map(CommandLineWords.adapted)
        return [.blank] + texts.map { .paragraph($0, indent: 0, .warning) }
    }

    private func text(_ fact: FileReport.Fact) -> String {
        switch fact.value {
        case .integer(let number): fact.name.hasSuffix("bytes") ? HumanText.bytes(number) : HumanText.grouped(number)
        case .boolean(let flag): flag ? "yes" : "no"
        case .list(let values): values.map(\.cell).joined(separator: ", ")
        default: fact.value.cell
        }
    }

    private var dialectBlocks: [Report.Block] {
        guard let dialect = report.dialect, !dialect.properties.isEmpty else { return [] }
        var table = TextTable([.init("dialect", isWhole: true), .init("is", isWhole: true), .init("because")])
        for property in dialect.properties {
            let mark = property.isDefault || property.isApplied ? "" : " (not applied)"
            table.add([property.option, property.choice.description + mark, property.reason])
        }
        return [.blank, .table(table)]
    }

    var columnBlocks: [Report.Block] {
        guard let profile else { return [] }
        var table = TextTable([
            .init("column", isWhole: true), .init("type"), .init("nulls", .right), .init("min"), .init("max"), .init("for example"),
        ])
        for column in profile.columns {
            table.add([
                column.name, column.type.description, column.nullCount.map { HumanText.grouped($0) } ?? "",
                Self.short(column.minimum), Self.short(column.maximum), column.examples.map { Self.short($0) }.joined(separator: ", "),
            ])
        }
        return [.blank, .table(table)]
    }

    private static func short(_ value: Value?) -> String {
        value.map { CellText.cut($0.cell, to: InspectionLimits.exampleLength) } ?? ""
    }

    /// `name: type`, one a line, and what the format itself says.
    var schemaBlocks: [Report.Block] {
        let fields = profile?.columns.map { "\($0.name): \($0.type)" } ?? []
        var blocks: [Report.Block] = [.line(file.path, .heading)] + fields.map { .line("  " + $0) }
        if let stored = report.storedSchema { blocks += [.blank, .line("As stored", .heading), .verbatim(CellText.escapedLines(stored))] }
        return blocks
    }

    // MARK: Row groups

    func groupBlocks(isWhole: Bool) -> [Report.Block] {
        guard !report.groups.isEmpty else {
            return isWhole ? [.line("\(file.path): files of the format \(report.format) have no row groups")] : []
        }
        var groups = TextTable([
            .init("row group", .right, isWhole: true), .init("rows", .right), .init("stored", .right), .init("plain", .right),
            .init("codecs"),
        ])
        for (number, group) in report.groups.enumerated().prefix(isWhole ? Int.max : Self.shownGroups) {
            groups.add([
                String(number + 1), HumanText.grouped(group.rowCount), HumanText.bytes(group.storedBytes),
                HumanText.bytes(group.plainBytes),
                Set(group.columns.map(\.codec)).sorted().joined(separator: ", "),
            ])
        }
        var blocks: [Report.Block] = isWhole ? [.line(file.path, .heading)] : [.blank]
        blocks.append(.table(groups))
        let hidden = report.groups.count - Self.shownGroups
        if !isWhole, hidden > 0 { blocks.append(.line("… \(HumanText.count(hidden, "more row group")) (--row-groups shows all)", .dim)) }
        return isWhole ? blocks + chunkBlocks : blocks
    }

    private static let shownGroups = 5

    private var chunkBlocks: [Report.Block] {
        report.groups.enumerated().flatMap { number, group -> [Report.Block] in
            var table = TextTable([
                .init("column", isWhole: true), .init("stored as"), .init("stored", .right), .init("nulls", .right), .init("min"),
                .init("max"),
                .init("encodings"), .init("has"),
            ])
            for chunk in group.columns {
                let extras = [chunk.hasPageIndex ? "page index" : nil, chunk.hasBloomFilter ? "bloom filter" : nil].compactMap(\.self)
                table.add([
                    chunk.name, chunk.storedType, HumanText.bytes(chunk.storedBytes), chunk.nullCount.map { HumanText.grouped($0) } ?? "",
                    Self.short(chunk.minimum), Self.short(chunk.maximum), chunk.encodings.joined(separator: ", "),
                    extras.joined(separator: ", "),
                ])
            }
            return [.blank, .line("Row group \(number + 1)", .heading), .table(table)]
        }
    }

    private var metadataBlocks: [Report.Block] {
        guard !report.metadata.isEmpty else { return [] }
        var pairs = KeyValueBlock()
        for (key, value) in report.metadata { pairs.add(key, CellText.cut(CellText.escaped(value), to: Self.metadataLength)) }
        return [.blank, .line("Metadata", .heading), .pairs(pairs)]
    }

    private static let metadataLength = 60

    // MARK: JSON

    var json: Value {
        .object([
            "file": .string(file.path), "format": .string(report.format), "compression": .text(report.compression),
            "bytes": .number(report.byteCount), "rows": .number(rowCount), "rows_read": .number(profile?.rowCount),
            "bad_records": .number(profile?.rejected), "bad_record_examples": .list(profile?.rejects.map(\.value) ?? []),
            "facts": .structure(report.facts.map { .init($0.name, $0.value) }), "dialect": .list(dialectJSON),
            "columns": .list(profile?.columns.map(Self.json) ?? []), "row_groups": .list(report.groups.map(Self.json)),
            "metadata": .structure(report.metadata.map { .init($0.key, .string($0.value)) }), "stored_schema": .text(report.storedSchema),
            "problem": file.problem.map { ErrorReport.json($0) } ?? .null, "notices": .texts(profile?.notices ?? []),
        ])
    }

    private var dialectJSON: [Value] {
        (report.dialect?.properties ?? []).map { property in
            .object([
                "option": .string(property.option), "value": .string(property.choice.description), "reason": .string(property.reason),
                "score": .float(property.score), "is_default": .boolean(property.isDefault), "is_applied": .boolean(property.isApplied),
            ])
        }
    }

    private static func json(_ column: ColumnProfile.Column) -> Value {
        .object([
            "name": .string(column.name), "type": .string(column.type.description), "nulls": .number(column.nullCount),
            "minimum": column.minimum ?? .null, "maximum": column.maximum ?? .null, "examples": .list(column.examples),
        ])
    }

    private static func json(_ group: FileReport.Group) -> Value {
        .object([
            "rows": .number(group.rowCount), "stored_bytes": .number(group.storedBytes), "plain_bytes": .number(group.plainBytes),
            "columns": .list(
                group.columns.map { chunk in
                    .object([
                        "name": .string(chunk.name), "type": .string(chunk.type.description), "stored_type": .string(chunk.storedType),
                        "codec": .string(chunk.codec), "encodings": .texts(chunk.encodings), "values": .number(chunk.valueCount),
                        "stored_bytes": .number(chunk.storedBytes), "plain_bytes": .number(chunk.plainBytes),
                        "nulls": .number(chunk.nullCount), "minimum": chunk.minimum ?? .null, "maximum": chunk.maximum ?? .null,
                        "page_index": .boolean(chunk.hasPageIndex), "bloom_filter": .boolean(chunk.hasBloomFilter),
                    ])
                }),
        ])
    }
}
