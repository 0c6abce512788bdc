import SluiceCore
import SluicePatterns

/// A column that patterns capture.
struct GrokColumn: Hashable, Sendable {
    let name: String
    let type: DataType
    /// How its texts name a time, where the library knows it.
    let time: GrokTime?

    /// - Throws: `invalidOption` for a type that there is not, or one that the captured texts cannot have.
    init(_ group: PatternGroup, _ definitions: PatternDefinitions) throws(SluiceError) {
        name = Self.columnName(group.name)
        let origin = group.definition.map { Self.origin($0, definitions) }
        time = origin.flatMap { GrokTime.known[$0] }
        guard let written = group.type else {
            type = .string
            return
        }
        let type = try Self.type(written, column: name)
        guard case .timestamp(let zoned) = type else {
            if type == .date, let origin, time != nil {
                throw SluiceError(
                    .invalidOption, "the column \(name.quotedForMessage) cannot be a date: \(origin) names a time of the day, too",
                    remedy: "write :timestamp and cast it in a step")
            }
            self.type = type
            return
        }
        if let origin, let lacking = GrokTime.unclear[origin] {
            throw SluiceError(
                .invalidOption, "the column \(name.quotedForMessage) cannot be a timestamp: \(origin) names no \(lacking)",
                remedy: "leave the type out; a step can put the \(lacking) to the text and parse it with strptime")
        }
        // A text with a zone is a point in time, whatever the short name says.
        self.type = .timestamp(zoned: time?.isZoned ?? zoned)
    }

    /// A nested field as other programs write it, `[http][request]`, is `http.request`.
    static func columnName(_ name: String) -> String {
        guard name.hasPrefix("["), name.hasSuffix("]") else { return name }
        return name.dropFirst().dropLast().split(separator: "][", omittingEmptySubsequences: false).joined(separator: ".")
    }

    /// The definition behind names that only stand for another.
    private static func origin(_ name: String, _ definitions: PatternDefinitions) -> String {
        var name = name
        for _ in 0..<PatternLimits.nesting {
            guard GrokTime.known[name] == nil, let text = definitions[name], text.hasPrefix("%{"), text.hasSuffix("}"),
                definitions[String(text.dropFirst(2).dropLast())] != nil
            else { break }
            name = String(text.dropFirst(2).dropLast())
        }
        return name
    }

    /// The short names of other programs' patterns are as wide as there: whole numbers are int64, fractions float64.
    private static func type(_ text: String, column: String) throws(SluiceError) -> DataType {
        switch text.lowercased() {
        case "int", "integer", "long": return .int64
        case "float", "double": return .float64
        case "keyword": return .string
        default: break
        }
        let type: DataType
        do throws(SluiceError) {
            type = try DataType(parsing: text)
        } catch {
            throw SluiceError(.invalidOption, "the column \(column.quotedForMessage) has an \(error.message)", remedy: error.remedy)
        }
        switch type {
        case .list, .structure, .map, .choice, .null, .binary:
            throw SluiceError(
                .invalidOption, "the column \(column.quotedForMessage) cannot be \(type)",
                remedy: "captured texts are string, boolean, a number, date, timestamp or timestamptz")
        default: return type
        }
    }
}
