package import SluiceCore

/// What a sample of a file shows of its dialect: for each property what was chosen, why, and what else there was.
///
/// Nothing is chosen in silence. What differs from the default and was applied is in `notices`, which a source shows; what is only proposed
/// (null texts always, and everything but the delimiter and UTF-16 unless `detect: all` was given) is for people to take over.
package struct DialectDetection: Sendable {
    /// An option of the format, and what the sample says of it.
    package struct Property: Sendable {
        /// As a definition names the option.
        package var option: String
        package var choice: OptionValue
        /// One sentence without a full stop.
        package var reason: String
        /// How much of the sample agrees, from 0 to 1.
        package var score: Double
        /// What was weighed too, best first.
        package var alternatives: [Alternative]
        /// Whether the choice is the option's default, or what was given.
        package var isDefault: Bool
        /// Whether the file is read so.
        package var isApplied: Bool
    }

    /// What else a property could have been; a higher score fits the sample better.
    package struct Alternative: Sendable, Hashable {
        package var choice: OptionValue
        package var score: Double
    }

    package private(set) var properties: [Property] = []
    /// What looks wrong, and what was chosen that is not the default.
    package private(set) var notices: [String] = []
    /// Options that the file's first line says.
    private var said: Set<String> = []

    package subscript(option: String) -> Property? { properties.first { $0.option == option } }

    /// Options that the file is read with beside those given.
    package var applied: [String: OptionValue] {
        let chosen = properties.filter { $0.isApplied && !$0.isDefault }
        return Dictionary(chosen.map { ($0.option, $0.choice) }, uniquingKeysWith: { first, _ in first })
    }

    /// Options that a definition should give so that the file is read as the sample looks; those applied among them.
    package var proposed: [String: OptionValue] {
        Dictionary(properties.filter { !$0.isDefault }.map { ($0.option, $0.choice) }, uniquingKeysWith: { first, _ in first })
    }

    /// Looks at the start of a file as far as its dialect asks for it.
    ///
    /// - Parameters:
    ///   - sample: the first plain bytes.
    ///   - isWhole: nothing follows the sample.
    ///   - explains: looks at everything, whatever the dialect asks for.
    init(_ sample: [UInt8], isWhole: Bool, _ given: CSVDialect, explains: Bool = false) {
        let encoding = EncodingEvidence(sample, isWhole: isWhole)
        add(encoding, given)
        let dialect = given.detection == .none && !explains ? given : followingSeparatorLine(sample, given)
        let wantsAll = explains || dialect.detection == .all
        let wantsMarks = !dialect.automatic.isDisjoint(with: ["delimiter", "quote", "escape"])
        guard wantsAll || wantsMarks || (dialect.detection == .safe && dialect.given["delimiter"] == nil) else { return }
        let isGiven = dialect.given["encoding"] != nil && encoding.certainty != .mark
        let text = SampleText(sample, isWhole: isWhole, isGiven ? dialect.encoding : encoding.encoding, dialect)
        guard !text.bytes.isEmpty else { return }
        if !wantsAll, !wantsMarks, !dialect.commaIsMark, text.isTable(dialect) { return }
        let marks = MarkEvidence(text, dialect, isCautious: !wantsAll && !dialect.automatic.contains("delimiter"))
        add(marks, dialect, wantsAll: wantsAll)
        guard wantsAll else { return }
        let layout = LayoutEvidence(text, dialect, marks)
        let cells = SampleCells(text, layout, marks)
        add(layout.properties, dialect)
        add(cells.headerProperties(dialect), dialect)
        add(NumberEvidence(cells).properties, dialect)
        add(TimeEvidence(cells).properties, dialect)
        add(NullEvidence(cells).properties, dialect)
        if explains { properties += CodeEvidence(cells, dialect).properties }
    }

    /// The dialect with what a first line such as `sep=;` says.
    private mutating func followingSeparatorLine(_ sample: [UInt8], _ dialect: CSVDialect) -> CSVDialect {
        guard let line = SeparatorLine(sample) else { return dialect }
        let found = line.properties(dialect)
        guard let changed = try? dialect.adding(Dictionary(found.map { ($0.option, $0.choice) }, uniquingKeysWith: { $1 })) else {
            return dialect
        }
        properties += found
        said = Set(found.map(\.option))
        for property in found where !property.isDefault { notices.append(Self.notice(property)) }
        return changed
    }

    private static func notice(_ property: Property) -> String {
        "\(property.option): \(property.choice) was detected: \(property.reason)"
    }

    private mutating func add(_ encoding: EncodingEvidence, _ dialect: CSVDialect) {
        let given = dialect.given["encoding"] != nil
        let wants = dialect.automatic.contains("encoding") || dialect.detection == .all
        let isObvious = encoding.certainty == .mark || (encoding.certainty == .pattern && !given && dialect.detection == .safe)
        let isDefault = encoding.encoding == dialect.encoding
        let isApplied = isObvious || (wants && !given)
        let isShown = isDefault || isApplied || !given
        if isShown {
            properties.append(
                Property(
                    option: "encoding", choice: .text(encoding.encoding.rawValue), reason: encoding.reason, score: 1, alternatives: [],
                    isDefault: isDefault, isApplied: isApplied))
        }
        if isDefault || (given && encoding.certainty != .mark) { return }
        if isApplied {
            if encoding.certainty != .mark { notices.append("encoding: \(encoding.encoding.rawValue) was detected: \(encoding.reason)") }
        } else {
            notices.append("\(encoding.reason): set encoding: \(encoding.encoding.rawValue) to read it so")
        }
    }

    private mutating func add(_ marks: MarkEvidence, _ dialect: CSVDialect, wantsAll: Bool) {
        for property in marks.properties {
            let wants = dialect.automatic.contains(property.option) || dialect.detection == .all
            let isSafe = property.option == "delimiter" && dialect.detection != .none && marks.isCertain
            add(property, dialect, isApplied: wants || isSafe)
        }
    }

    private mutating func add(_ found: [Property], _ dialect: CSVDialect) {
        for property in found { add(property, dialect, isApplied: dialect.detection == .all && property.option != "null_values") }
    }

    private mutating func add(_ property: Property, _ dialect: CSVDialect, isApplied: Bool) {
        // A first line such as `sep=;` has said it already.
        if said.contains(property.option) { return }
        var property = property
        if let given = dialect.given[property.option] {
            property.alternatives = property.choice == given ? [] : [Alternative(choice: property.choice, score: property.score)]
            property.reason =
                property.choice == given ? "given; \(property.reason)" : "given; the sample shows \(property.choice): \(property.reason)"
            property.choice = given
            property.isDefault = true
            property.isApplied = true
        } else {
            property.isApplied = isApplied && !property.isDefault
        }
        properties.append(property)
        if property.isApplied, !property.isDefault {
            notices.append(Self.notice(property))
        }
    }
}

extension CSVFormat {
    /// Looks at a file for everything that its dialect can be, and says why.
    ///
    /// - Throws: what opening and reading the file's start throws.
    package func detection(_ input: FileInput) throws(SluiceError) -> DialectDetection {
        var source = PrefixedSource(try input.plainBytes())
        let sample = try source.peeked(CSVLimits.detectedBytes)
        return DialectDetection(sample, isWhole: source.isWhole, dialect, explains: true)
    }
}
