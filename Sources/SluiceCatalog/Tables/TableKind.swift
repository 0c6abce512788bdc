package import SluiceCore

/// What a table is made of, by the name that Glue and Hive give it; open to names of others, which are kept.
package struct TableKind: Hashable, Sendable, Codable, RawRepresentable, CustomStringConvertible {
    package let rawValue: String
    package init(rawValue: String) { self.rawValue = rawValue }

    /// Files that the catalog describes.
    package static let external = Self(rawValue: "EXTERNAL_TABLE")
    /// A query over other tables.
    package static let view = Self(rawValue: "VIRTUAL_VIEW")

    package var description: String { rawValue }

    package init(from decoder: any Decoder) throws { rawValue = try decoder.singleValueContainer().decode(String.self) }
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(rawValue)
    }
}

/// The query of a view.
package struct ViewText: Hashable, Sendable, Codable {
    /// With all names written out, as it is run.
    package var sql: String
    /// As it was given; other programs put their own form here. Nil: as `sql`.
    package var original: String?

    package init(sql: String, original: String? = nil) {
        self.sql = sql
        self.original = original
    }

    package var json: Value {
        .structure([.init("sql", .string(sql)), .init("original", original.map { .string($0) } ?? .null)])
    }
}
