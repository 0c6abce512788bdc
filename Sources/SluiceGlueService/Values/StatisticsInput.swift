import SluiceCatalog
import SluiceCore
import SluiceServer

/// Statistics of a column as the service writes them: by the kind of the column's type.
enum StatisticsValues {
    static let kinds = ["BOOLEAN", "DATE", "DECIMAL", "DOUBLE", "LONG", "STRING", "BINARY"]

    /// The kind of statistics that a column has.
    static func kind(_ type: DataType) -> String {
        switch type {
        case .boolean: "BOOLEAN"
        case .date: "DATE"
        case .decimal: "DECIMAL"
        case .float32, .float64: "DOUBLE"
        case .int8, .int16, .int32, .int64, .timestamp: "LONG"
        case .binary: "BINARY"
        default: "STRING"
        }
    }

    /// The member of `StatisticsData` that a kind has.
    static func member(_ kind: String) -> String { String(kind.prefix(1)) + kind.dropFirst().lowercased() + "ColumnStatisticsData" }

    /// The members that statistics of a kind always have. Source: Glue's API reference, "ColumnStatisticsData".
    static func required(_ kind: String) -> [String] {
        switch kind {
        case "BOOLEAN": ["NumberOfTrues", "NumberOfFalses", "NumberOfNulls"]
        case "STRING": ["MaximumLength", "AverageLength", "NumberOfNulls", "NumberOfDistinctValues"]
        case "BINARY": ["MaximumLength", "AverageLength", "NumberOfNulls"]
        default: ["NumberOfNulls", "NumberOfDistinctValues"]
        }
    }

    /// - Throws: `EntityNotFoundException` where something was not measured that such statistics always have: nothing is made up.
    static func value(_ stored: StoredStatistics, of column: CatalogColumn) throws(ServiceFault) -> WireValue {
        let kind = kind(column.type)
        let data = data(stored.statistics, column.type)
        let lacking = required(kind).filter { data[$0] == nil }
        guard lacking.isEmpty else {
            throw Faults.missing(
                "Statistics do not exist for the column: \(lacking.joined(separator: ", ")) was not measured; "
                    + "start a column statistics task run.")
        }
        return .structure([
            "ColumnName": .text(column.name), "ColumnType": .text(ColumnTypes.text(column) ?? ""),
            "AnalyzedTime": .time(micros: stored.analyzedMicros),
            "StatisticsData": .object([.init("Type", .text(kind)), .init(member(kind), data)]),
        ])
    }

    /// What was measured, of what the column's kind has.
    private static func data(_ statistics: ColumnStatistics, _ type: DataType) -> WireValue {
        // A column without values has no lengths, which then are zero.
        let isEmpty = statistics.rows.map { $0 == statistics.nulls } ?? false
        let nulls = statistics.nulls.map(WireValue.integer)
        let distinct = statistics.distinct.map(WireValue.integer)
        switch kind(type) {
        case "BOOLEAN":
            return .structure([
                "NumberOfTrues": (statistics.trues ?? (isEmpty ? 0 : nil)).map(WireValue.integer),
                "NumberOfFalses": (statistics.falses ?? (isEmpty ? 0 : nil)).map(WireValue.integer), "NumberOfNulls": nulls,
            ])
        case let kind where ["STRING", "BINARY"].contains(kind):
            return .structure([
                "MaximumLength": (statistics.maximumLength ?? (isEmpty ? 0 : nil)).map(WireValue.integer),
                "AverageLength": (statistics.averageLength ?? (isEmpty ? 0 : nil)).map(WireValue.real),
                "NumberOfNulls": nulls, "NumberOfDistinctValues": kind == "STRING" ? distinct : nil,
            ])
        default:
            return .structure([
                "MinimumValue": statistics.minimum.flatMap { bound($0, type) },
                "MaximumValue": statistics.maximum.flatMap { bound($0, type) },
                "NumberOfNulls": nulls, "NumberOfDistinctValues": distinct,
            ])
        }
    }

    /// The least or the greatest value: the catalog has it as text.
    private static func bound(_ text: String, _ type: DataType) -> WireValue? {
        var text = text
        return text.withUTF8 { bytes -> WireValue? in
            switch type {
            case .date: return TimeText.date(bytes).map { .time(micros: Int64($0) * TimeText.microsPerDay) }
            case .timestamp: return TimeText.timestamp(bytes).map { .integer($0.utcMicros / TimeText.microsPerSecond) }
            case .decimal(let precision, let scale):
                return NumberText.decimal(bytes, precision: precision, scale: scale).map { unscaled in
                    .structure(["UnscaledValue": .bytes(bigEndian(unscaled)), "Scale": .integer(Int64(scale))])
                }
            case .float32, .float64: return NumberText.float(bytes).map { .real($0) }
            default: return NumberText.integer(bytes).map { .integer($0) }
            }
        }
    }

    /// Two's complement with as few bytes as it takes.
    private static func bigEndian(_ value: Int128) -> [UInt8] {
        var bytes = (0..<16).map { UInt8(truncatingIfNeeded: value >> Int128(120 - 8 * $0)) }
        let sign: UInt8 = value < 0 ? 0xFF : 0
        while bytes.count > 1, bytes[0] == sign, bytes[1] & 0x80 == sign & 0x80 { bytes.removeFirst() }
        return bytes
    }
}

/// An entry of a request that sets statistics.
struct StatisticsInput: Sendable {
    var column: String
    var kind: String
    var analyzedMicros: Int64
    /// The member of the kind.
    var data: WireValue
    /// As it came, for errors.
    var given: WireValue

    /// What the catalog is to have.
    ///
    /// - Throws: `InvalidInputException` for statistics of another kind than the column's, and where a member is missing.
    func statistics(of subject: CatalogColumn) throws(ServiceFault) -> ColumnStatistics {
        let type = subject.type
        let wanted = StatisticsValues.kind(type)
        guard kind == wanted else { throw Faults.invalid("Column \(column) has statistics of the type \(wanted), not \(kind).") }
        if let name = StatisticsValues.required(kind).first(where: { data[$0] == nil }) {
            throw Faults.invalid("\(name) of column \(column) is missing.")
        }
        func count(_ name: String) -> Int64? { data[name]?.whole }
        var statistics = ColumnStatistics(
            column: subject.name, nulls: count("NumberOfNulls"), distinct: count("NumberOfDistinctValues"),
            maximumLength: count("MaximumLength"), trues: count("NumberOfTrues"), falses: count("NumberOfFalses"))
        switch data["AverageLength"] {
        case .real(let length)?: statistics.averageLength = length
        case .integer(let length)?: statistics.averageLength = Double(length)
        default: break
        }
        statistics.minimum = try text("MinimumValue", type)
        statistics.maximum = try text("MaximumValue", type)
        return statistics
    }

    private func text(_ name: String, _ type: DataType) throws(ServiceFault) -> String? {
        guard let value = data[name] else { return nil }
        var bytes: [UInt8] = []
        switch (type, value) {
        case (.date, _):
            guard let seconds = number(value), abs(seconds) < 1e11 else { throw unfit(name) }
            TimeText.append(days: Int32((seconds / 86_400).rounded(.down)), to: &bytes)
        case (.timestamp(let zoned), .integer(let seconds)):
            guard seconds.magnitude < 100_000_000_000 else { throw unfit(name) }
            TimeText.append(micros: seconds * TimeText.microsPerSecond, zoned: zoned, to: &bytes)
        case (.decimal, _):
            guard let (unscaled, scale) = decimal(value) else { throw unfit(name) }
            NumberText.append(unscaled, scale: scale, to: &bytes)
        case (.float32, _), (.float64, _):
            guard let number = number(value) else { throw unfit(name) }
            NumberText.append(number, to: &bytes)
        case (_, .integer(let number)): NumberText.append(number, to: &bytes)
        default: throw unfit(name)
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private func number(_ value: WireValue) -> Double? {
        switch value {
        case .integer(let number): Double(number)
        case .real(let number): number
        case .time(let micros): Double(micros) / 1_000_000
        default: nil
        }
    }

    private func decimal(_ value: WireValue) -> (Int128, Int)? {
        guard let scale = value["Scale"]?.whole, (0...38).contains(scale), let text = value["UnscaledValue"]?.string,
            let bytes = Base64.decode(Array(text.utf8)), (1...16).contains(bytes.count)
        else { return nil }
        let start: Int128 = bytes[0] & 0x80 == 0 ? 0 : -1
        return (bytes.reduce(start) { $0 << 8 | Int128($1) }, Int(scale))
    }

    private func unfit(_ name: String) -> ServiceFault { Faults.invalid("\(name) of column \(column) is no value of its type.") }
}

extension InputReader {
    /// The member `ColumnStatisticsList`.
    mutating func statisticsList() throws(ServiceFault) -> [StatisticsInput] {
        let list = try structures("ColumnStatisticsList", count: 0...25) { entry throws(ServiceFault) in
            let column = try entry.requiredText("ColumnName", Rules.name)
            let type = try entry.requiredText("ColumnType", Rules.columnType)
            let analyzedMicros = try entry.time("AnalyzedTime")
            if analyzedMicros == nil { entry.missing("AnalyzedTime") }
            let data = try entry.structure("StatisticsData") { data throws(ServiceFault) in
                let kind = try data.requiredText("Type", TextRule(values: StatisticsValues.kinds))
                return (kind, data.value(StatisticsValues.member(kind)) ?? .object([]))
            }
            if data == nil { entry.missing("StatisticsData") }
            let given = WireValue.structure([
                "ColumnName": .text(column), "ColumnType": .text(type), "AnalyzedTime": entry.value("AnalyzedTime"),
                "StatisticsData": entry.value("StatisticsData"),
            ])
            return StatisticsInput(
                column: column, kind: data?.0 ?? "", analyzedMicros: analyzedMicros ?? 0, data: data?.1 ?? .null, given: given)
        }
        if let list { return list }
        missing("ColumnStatisticsList")
        return []
    }
}
