package import SluiceCore

/// The language that a schema is written in, under Glue's names.
package enum SchemaFormat: String, Hashable, Sendable, CaseIterable {
    case avro = "AVRO"
    case json = "JSON"
    case protobuf = "PROTOBUF"

    /// The format that a file's name tells.
    package init?(path: String) {
        let name = path.lowercased()
        if name.hasSuffix(".avsc") || name.hasSuffix(".avro.json") {
            self = .avro
        } else if name.hasSuffix(".proto") {
            self = .protobuf
        } else if name.hasSuffix(".json") {
            self = .json
        } else {
            return nil
        }
    }

    /// - Throws: `invalidArgument` for a name that is none.
    package init(parsing text: String) throws(SluiceError) {
        guard let format = Self(rawValue: text.uppercased()) else {
            throw SluiceError(
                .invalidOption, "\(text.quotedForMessage) is no format of schemas",
                remedy: Suggestion.remedy(for: text, in: Self.allCases.map { $0.rawValue.lowercased() }, noun: "formats"))
        }
        self = format
    }
}
