import SluiceCore

/// Which marks stand in the numbers of the sample: `1,234.56` or `1.234,56`, decided only where a number can be read in one way.
struct NumberEvidence {
    private(set) var properties: [DialectDetection.Property] = []
    private var decimals: [UInt8: Int] = [:]
    private var groups: [UInt8: Int] = [:]
    private var example: [UInt8: String] = [:]
    private var unclear: String?

    init(_ cells: SampleCells) {
        for column in cells.columns {
            let numbers = column.count { SampleCells.isNumberLike($0) }
            // Now and then a text that means null stands among them.
            guard numbers > 0, 10 * numbers >= 8 * column.count else { continue }
            for cell in column where SampleCells.isNumberLike(cell) { weigh(cell) }
        }
        conclude()
    }

    private mutating func weigh(_ cell: [UInt8]) {
        let marks = cell.indices.filter { cell[$0] &- 0x30 >= 10 && cell[$0] != UInt8(ascii: "-") && cell[$0] != UInt8(ascii: "+") }
        guard let last = marks.last, !cell.contains(where: { $0 | 0x20 == UInt8(ascii: "e") }) else { return }
        let mark = cell[last]
        let behind = cell.count - last - 1
        let shown = String(decoding: cell, as: UTF8.self)
        let firstDigits = marks[0] - (cell[0] &- 0x30 < 10 ? 0 : 1)
        if marks.count > 1, cell[marks[0]] != mark {
            note(decimal: mark, group: cell[marks[0]], shown)
        } else if marks.count > 1 {
            note(decimal: nil, group: mark, shown)
        } else if mark == 0x20 || mark == UInt8(ascii: "'") {
            if behind == 3 { note(decimal: nil, group: mark, shown) }
        } else if behind != 3 || firstDigits > 3 || firstDigits == 0 || cell[marks[0] - firstDigits] == UInt8(ascii: "0") {
            note(decimal: mark, group: nil, shown)
        } else if mark == UInt8(ascii: ",") {
            unclear = unclear ?? shown
        }
    }

    private mutating func note(decimal: UInt8?, group: UInt8?, _ shown: String) {
        if let decimal {
            decimals[decimal, default: 0] += 1
            example[decimal] = example[decimal] ?? shown
        }
        if let group {
            groups[group, default: 0] += 1
            example[group] = example[group] ?? shown
        }
    }

    private mutating func conclude() {
        let comma = UInt8(ascii: ",")
        let point = UInt8(ascii: ".")
        let isComma = decimals[comma, default: 0] > 0 && decimals[point, default: 0] == 0 && groups[comma, default: 0] == 0
        let both = decimals[comma, default: 0] > 0 && decimals[point, default: 0] > 0
        if isComma {
            add("decimal_mark", comma, "\(example[comma, default: ""].quotedForMessage) can be read in one way only")
        } else if both {
            let texts = [comma, point].map { example[$0, default: ""].quotedForMessage }
            add("decimal_mark", point, "numbers such as \(texts[0]) and \(texts[1]) contradict each other", isDefault: true)
        }
        let possible: [UInt8] = isComma ? [point, 0x20, UInt8(ascii: "'")] : [comma, 0x20, UInt8(ascii: "'")]
        if !both, let group = possible.filter({ groups[$0, default: 0] > 0 }).max(by: { groups[$0, default: 0] < groups[$1, default: 0] }) {
            add("group_mark", group, "\(example[group, default: ""].quotedForMessage) can be read in one way only")
        } else if let unclear, !isComma, !both {
            add("group_mark", nil, "\(unclear.quotedForMessage) may have a group mark or a decimal mark", isDefault: true)
        }
    }

    private mutating func add(_ option: String, _ mark: UInt8?, _ reason: String, isDefault: Bool = false) {
        let choice = OptionValue.text(mark.map { String(decoding: [$0], as: UTF8.self) } ?? "")
        properties.append(
            DialectDetection.Property(
                option: option, choice: choice, reason: reason, score: 1, alternatives: [], isDefault: isDefault, isApplied: false))
    }
}
