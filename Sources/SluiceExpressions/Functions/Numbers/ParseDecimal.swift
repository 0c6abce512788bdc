import SluiceCore

enum ParseDecimal: ScalarFunction {
    static let manual = Manual(
        "parse_decimal", .numbers, "parse_decimal(text, decimal_mark, group_mark, places)", arguments: 4...4,
        "The number that a text writes with given marks, as decimal(38, places). Groups have three digits; a group mark of '' allows none. Fails where the text is no such number or has more places, so nothing is rounded.",
        [
            Example("parse_decimal('1.234,56', ',', '.', 2)", yields: "1234.56"),
            Example("parse_decimal('-12', ',', '.', 2)", yields: "-12.00"),
            Example("parse_decimal('1''234.5', '.', '''', 2)", yields: "1234.50"),
            Example("parse_decimal('1.23,45', ',', '.', 2)", fails: "value-does-not-fit"),
        ])

    static func bind(_ call: Call) throws(ExpressionError) -> any BoundNode {
        let point = Array(try call.constantText(1).utf8)
        let group = Array(try call.constantText(2).utf8)
        let places = try call.constantInteger(3, in: 0...38)
        guard !point.isEmpty, point != group else {
            throw ExpressionError(
                .typeError, "the decimal mark is not empty and differs from the group mark", call.range,
                remedy: "its form is \(manual.signature)")
        }
        let type = DataType.decimal(precision: DataType.maximumDecimalPrecision, scale: places)
        return KernelNode(type, [try call.text(0)]) { input, failures in
            var plain: [UInt8] = []
            var values = [Int128](repeating: 0, count: input.rowCount)
            for row in values.indices where input.isValid(row) {
                let value = input.withText(0, row) { text -> Int128? in
                    guard normalize(text, point, group, &plain) else { return nil }
                    return plain.withUnsafeBufferPointer {
                        NumberText.decimal($0, precision: DataType.maximumDecimalPrecision, scale: places)
                    }
                }
                guard let value else {
                    let written = input.withText(0, row, TextKernels.string)
                    failures.add(
                        row, .valueDoesNotFit, "\(written.quotedForMessage) is not a number of at most \(places) places with these marks")
                    continue
                }
                values[row] = value
            }
            return Column(type, .decimal(values))
        }
    }

    /// The number with a point and without group marks; false where a group has not three digits or a mark stands in the wrong place.
    private static func normalize(_ text: UnsafeBufferPointer<UInt8>, _ point: [UInt8], _ group: [UInt8], _ plain: inout [UInt8]) -> Bool {
        plain.removeAll(keepingCapacity: true)
        var index = 0
        var run = 0
        var isGrouped = false
        var isFraction = false
        while index < text.count {
            let rest = text[index...]
            if rest.starts(with: point) {
                if isFraction || run == 0 || (isGrouped && run != 3) { return false }
                isFraction = true
                plain.append(UInt8(ascii: "."))
                index += point.count
                run = 0
            } else if !group.isEmpty, rest.starts(with: group) {
                if isFraction || run == 0 || run > 3 || (isGrouped && run != 3) { return false }
                isGrouped = true
                index += group.count
                run = 0
            } else {
                let byte = text[index]
                let isSign = index == 0 && (byte == UInt8(ascii: "-") || byte == UInt8(ascii: "+"))
                guard isSign || byte &- 0x30 < 10 else { return false }
                plain.append(byte)
                run += isSign ? 0 : 1
                index += 1
            }
        }
        return run > 0 && (isFraction || !isGrouped || run == 3)
    }
}
