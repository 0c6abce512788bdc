package import SluiceCore

/// What a decoder has to know of the file that its records come from: small, comparable, and able to travel in a stream record's header.
package struct FileLayout: Hashable, Sendable {
    /// The format's name.
    package var format: String
    /// The names of the file's columns in order, where records do not name them; empty for JSON lines and for an empty file.
    package var columns: [String]
    /// The format's options as far as a decoder needs them, and only those that are not the default.
    package var options: [String: OptionValue]
    /// What looks wrong about the file but is no error; does not travel.
    package var warnings: [String]

    package init(format: String, columns: [String] = [], options: [String: OptionValue] = [:], warnings: [String] = []) {
        self.format = format
        self.columns = columns
        self.options = options
        self.warnings = warnings
    }
}

extension FileLayout {
    /// One line of JSON: `{"format":"csv","columns":["a","b"],"options":{"delimiter":";"}}`. Equal layouts give equal bytes.
    package var serialized: [UInt8] {
        var members = [Value.Member("format", .string(format))]
        if !columns.isEmpty { members.append(Value.Member("columns", .list(columns.map { .string($0) }))) }
        if !options.isEmpty {
            let sorted = options.sorted { $0.key < $1.key }
            members.append(Value.Member("options", .structure(sorted.map { Value.Member($0.key, $0.value.value) })))
        }
        var bytes: [UInt8] = []
        Value.structure(members).appendJSON(to: &bytes)
        return bytes
    }

    /// - Throws: `corruptFrame` when the bytes are not what `serialized` makes.
    package init(serialized bytes: [UInt8]) throws(SluiceError) {
        guard bytes.count <= FormatLimits.layoutBytes, let root = try? JSONReader.value(bytes),
            case .string(let format) = root.member("format")
        else { throw Self.malformed(bytes) }
        self.init(format: format)
        if let list = root.member("columns") {
            guard case .list(let names) = list else { throw Self.malformed(bytes) }
            columns = try Self.texts(names, bytes)
        }
        if let given = root.member("options") {
            guard case .structure(let members) = given else { throw Self.malformed(bytes) }
            for member in members { options[member.name] = try Self.option(member.value, bytes) }
        }
    }

    private static func option(_ value: Value, _ bytes: [UInt8]) throws(SluiceError) -> OptionValue {
        switch value {
        case .boolean(let flag): return .boolean(flag)
        case .integer(let number): return .integer(Int(number))
        case .string(let text): return .text(text)
        case .list(let list): return .texts(try texts(list, bytes))
        default: throw malformed(bytes)
        }
    }

    private static func texts(_ values: [Value], _ bytes: [UInt8]) throws(SluiceError) -> [String] {
        var result: [String] = []
        for value in values {
            guard case .string(let text) = value else { throw malformed(bytes) }
            result.append(text)
        }
        return result
    }

    private static func malformed(_ bytes: [UInt8]) -> SluiceError {
        SluiceError(
            .corruptFrame, "malformed file layout \(String(decoding: bytes.prefix(200), as: UTF8.self).quotedForMessage)",
            remedy: "the header of a stream record must be one that a source wrote")
    }
}

extension OptionValue {
    fileprivate var value: Value {
        switch self {
        case .boolean(let flag): .boolean(flag)
        case .integer(let number): .integer(Int64(number))
        case .text(let text): .string(text)
        case .texts(let list): .list(list.map { .string($0) })
        }
    }
}
