import SluiceServer

/// What members of requests must be. Source: the API model of 2026-08.
enum Rules {
    private static let linePattern = #"[\u0020-\uD7FF\uE000-\uFFFD\uD800\uDC00-\uDBFF\uDFFF\t]*"#
    private static let textPattern = #"[\u0020-\uD7FF\uE000-\uFFFD\uD800\uDC00-\uDBFF\uDFFF\r\n\t]*"#

    /// One line of text of so many characters.
    private static func line(_ length: ClosedRange<Int>) -> TextRule {
        TextRule(length: length, pattern: (linePattern, { $0.unicodeScalars.allSatisfy { $0.value >= 0x20 || $0 == "\t" } }))
    }

    private static func text(_ length: ClosedRange<Int>) -> TextRule {
        TextRule(
            length: length,
            pattern: (textPattern, { $0.unicodeScalars.allSatisfy { $0.value >= 0x20 || "\t\r\n".unicodeScalars.contains($0) } }))
    }

    static let name = line(1...255)
    static let catalogID = line(1...255)
    static let description = text(0...2_048)
    static let address = text(1...1_024)
    static let location = text(0...2_056)
    static let columnType = line(0...131_072)
    static let comment = line(0...255)
    static let format = line(0...128)
    static let parameterKey = line(1...255)
    static let parameterValue = TextRule(length: 0...512_000)
    static let viewText = TextRule(length: 0...409_600)
    static let tableType = line(0...255)
    static let expression = line(0...2_048)
    static let partitionValue = TextRule(length: 1...1_024)
    static let token = TextRule(length: 0...16_384)
    static let tagKey = TextRule(length: 1...128)
    static let tagValue = TextRule(length: 0...256)
    static let resource = TextRule(length: 1...10_240)
    static let search = TextRule(length: 1...1_024)
    static let schemaName = TextRule(
        length: 1...255,
        pattern: (
            "[a-zA-Z0-9-_$#.]+",
            { text in
                text.utf8.allSatisfy { ($0 | 0x20 >= 0x61 && $0 | 0x20 <= 0x7A) || (0x30...0x39).contains($0) || "-_$#.".utf8.contains($0) }
            }
        ))
    static let definition = TextRule(length: 1...170_000)
    static let versionID = TextRule(length: 36...36)

    static let parameters = 0...10_000
    static let tags = 0...50
    static let classifiers = 0...100
    /// Elements of lists that the model gives no bound; the body has one.
    static let elements = 0...100_000
}
