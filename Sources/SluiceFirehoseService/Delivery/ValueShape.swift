import SluiceCore
import SluiceJSON

/// How values in JSON become those of columns where the reader of JSON is stricter: times as OpenX's deserializer reads them, and numbers with an
/// exponent, which become plain ones for integers and decimals.
///
/// A time with a zone is the moment in UTC where the column has none. Numbers, also in texts, count from 1970: milliseconds from 13 digits on, seconds
/// otherwise, with a fraction as well. Whatever is no such time stays as it came, for the reader to refuse. Source: Firehose's developer guide,
/// "Convert input data format", and `ParsePrimitiveUtils` of `rcongiu/Hive-JSON-Serde`.
enum ValueShape {
    /// Digits of the least number that counts milliseconds.
    private static let millisDigits = 13
    /// The largest exponent of a plain number: more than the digits of any column.
    private static let mostExponent = 64
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

    /// Whether a record may hold a number with an exponent.
    static func hasExponent(_ record: ArraySlice<UInt8>) -> Bool {
        zip(record, record.dropFirst()).contains { digit, mark in mark | 0x20 == UInt8(ascii: "e") && (0x30...0x39).contains(digit) }
    }

    static func shaped(_ node: JSONNode, _ type: DataType) -> JSONNode {
        switch (type, node) {
        case (.timestamp(let isZoned), .text(let text)): shaped(text, isZoned).map { .text($0[...]) } ?? node
        case (.timestamp(let isZoned), .number(let digits)):
            text(counted(plain(digits)?[...] ?? digits), isZoned).map { .text($0[...]) } ?? node
        case (.int8, .number(let digits)), (.int16, .number(let digits)), (.int32, .number(let digits)), (.int64, .number(let digits)),
            (.decimal, .number(let digits)):
            plain(digits).map { .number($0[...]) } ?? node
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

    /// A number without its exponent, digit by digit; nil for one that has none, or a very large one.
    static func plain(_ number: ArraySlice<UInt8>) -> [UInt8]? {
        let zero = UInt8(ascii: "0")
        guard let mark = number.firstIndex(where: { $0 | 0x20 == UInt8(ascii: "e") }),
            let exponent = Int(String(decoding: number[(mark + 1)...], as: UTF8.self)), (-mostExponent...mostExponent).contains(exponent)
        else { return nil }
        let isNegative = number.first == UInt8(ascii: "-")
        let parts = number[..<mark].dropFirst(isNegative ? 1 : 0).split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), parts.allSatisfy({ !$0.isEmpty && $0.allSatisfy { (0x30...0x39).contains($0) } }) else {
            return nil
        }
        var digits = Array(parts.joined())
        var point = parts[0].count + exponent
        if point < 0 {
            digits.insert(contentsOf: repeatElement(zero, count: -point), at: 0)
            point = 0
        } else if point > digits.count {
            digits.append(contentsOf: repeatElement(zero, count: point - digits.count))
        }
        let whole = digits[..<point].drop { $0 == zero }
        let fraction = digits[point...].reversed().drop { $0 == zero }.reversed()
        return (isNegative ? [UInt8(ascii: "-")] : []) + (whole.isEmpty ? [zero] : whole)
            + (fraction.isEmpty ? [] : [UInt8(ascii: ".")] + fraction)
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
