import SluiceCore
import SluiceJSON

/// How times in JSON become those of columns: as OpenX's deserializer reads them.
///
/// A time with a zone is the moment in UTC where the column has none. Numbers, also in texts, count from 1970: milliseconds from 13 digits on, seconds
/// otherwise, with a fraction as well. Whatever is no such time stays as it came, for the reader to refuse. Source: Firehose's developer guide,
/// "Convert input data format", and `ParsePrimitiveUtils` of `rcongiu/Hive-JSON-Serde`.
enum TimeShape {
    /// Digits of the least number that counts milliseconds.
    private static let millisDigits = 13
    /// What four digits of a year can say.
    private static let micros: ClosedRange<Int64> = -62_167_219_200_000_000...253_402_300_799_999_999

    /// Whether there is a time somewhere in values of a type.
    static func has(_ type: DataType) -> Bool {
        switch type {
        case .timestamp: true
        case .list(let element): has(element)
        case .structure(let fields): fields.contains { has($0.type) }
        case .map(_, let value): has(value)
        default: false
        }
    }

    static func shaped(_ node: JSONNode, _ type: DataType) -> JSONNode {
        switch (type, node) {
        case (.timestamp(let isZoned), .text(let text)): shaped(text, isZoned).map { .text($0[...]) } ?? node
        case (.timestamp(let isZoned), .number(let digits)): text(counted(digits), isZoned).map { .text($0[...]) } ?? node
        case (.list(let element), .list(let nodes)): .list(nodes.map { shaped($0, element) })
        case (.structure(let fields), .object(let members)):
            .object(
                members.map { member in
                    guard let field = fields.first(where: { $0.name == member.name }) else { return member }
                    return .init(name: member.name, value: shaped(member.value, field.type))
                })
        case (.map(_, let value), .object(let members)):
            .object(members.map { .init(name: $0.name, value: shaped($0.value, value)) })
        default: node
        }
    }

    /// Nil for what stays as it is.
    private static func shaped(_ bytes: ArraySlice<UInt8>, _ isZoned: Bool) -> [UInt8]? {
        guard let time = bytes.withUnsafeBufferPointer({ TimeText.timestamp($0) }) else { return text(counted(bytes), isZoned) }
        return isZoned || time.offsetSeconds == nil ? nil : text(time.utcMicros, isZoned)
    }

    private static func text(_ micros: Int64?, _ isZoned: Bool) -> [UInt8]? {
        guard let micros, Self.micros.contains(micros) else { return nil }
        var bytes: [UInt8] = []
        TimeText.append(micros: micros, zoned: isZoned, to: &bytes)
        return bytes
    }

    /// Microseconds since 1970 of a number of seconds or milliseconds; nil for what is none, and for parts of a microsecond.
    private static func counted(_ digits: ArraySlice<UInt8>) -> Int64? {
        let isNegative = digits.first == UInt8(ascii: "-")
        let parts = digits.dropFirst(isNegative ? 1 : 0).split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        let hasDigits = parts.allSatisfy { part in !part.isEmpty && part.allSatisfy { (0x30...0x39).contains($0) } }
        guard (1...2).contains(parts.count), hasDigits, let whole = Int64(String(decoding: parts[0], as: UTF8.self)) else { return nil }
        let fraction = parts.count == 2 ? parts[1] : []
        guard fraction.dropFirst(6).allSatisfy({ $0 == UInt8(ascii: "0") }) else { return nil }
        let unit: Int64 = fraction.isEmpty && parts.count == 1 && parts[0].count >= millisDigits ? 1_000 : TimeText.microsPerSecond
        let (product, isOver) = whole.multipliedReportingOverflow(by: unit)
        var micros: Int64 = 0
        for place in 0..<6 { micros = micros * 10 + (place < fraction.count ? Int64(fraction[fraction.startIndex + place] - 0x30) : 0) }
        let (sum, isOverSum) = product.addingReportingOverflow(micros)
        return isOver || isOverSum ? nil : isNegative ? -sum : sum
    }
}
