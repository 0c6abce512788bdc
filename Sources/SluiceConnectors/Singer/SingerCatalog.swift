import SluiceCore
import SluiceJSON

/// The catalog of a tap: its streams, and which of them is wanted.
struct SingerCatalog: Sendable {
    let document: JSONNode
    let tap: String

    /// A stream of it.
    struct Stream: Sendable {
        /// What the catalog calls it, and what messages call it.
        var id: String
        var name: String
        var schema: JSONNode
        /// What tells records apart.
        var keys: [String]
        /// Such as `INCREMENTAL`; nil where the tap does not say.
        var method: String?
        var replicationKey: String?

        /// Whether it stands for all streams.
        var isEverything: Bool { id == SingerCatalog.everything.id }
    }

    var streams: [Stream] {
        document["streams"]?.elements.compactMap { entry in
            guard let name = entry["stream"]?.string ?? entry["tap_stream_id"]?.string else { return nil }
            let facts = Self.facts(of: entry)
            let keys = entry["key_properties"] ?? facts?["table-key-properties"]
            return Stream(
                id: entry["tap_stream_id"]?.string ?? name, name: name, schema: entry["schema"] ?? .object([]),
                keys: keys?.elements.compactMap(\.string) ?? [],
                method: (entry["replication_method"] ?? facts?["forced-replication-method"] ?? facts?["replication-method"])?.string,
                replicationKey: (entry["replication_key"] ?? facts?["replication-key"])?.string
                    ?? facts?["valid-replication-keys"]?.elements.first?.string)
        } ?? []
    }

    /// All streams as one: rows are messages, with the stream's name and the record as JSON.
    private static let everything = Stream(
        id: "*", name: "*",
        schema: .members([
            "properties": .members([
                "stream": .members(["type": .string("string")]), "record": .object([]),
                "time_extracted": .members(["type": .string("string"), "format": .string("date-time")]),
            ])
        ]), keys: [])

    /// - Parameter name: Of a stream, or `*`.
    /// - Throws: `notFound` with the nearest name.
    func stream(_ name: String) throws(SluiceError) -> Stream {
        if name == Self.everything.id { return Self.everything }
        if let found = streams.first(where: { $0.id == name }) ?? streams.first(where: { $0.name == name }) { return found }
        throw SluiceError(
            .notFound, "\(tap) has no stream \(name.quotedForMessage)",
            remedy: Suggestion.remedy(for: name, in: streams.map(\.id), noun: "its streams are"))
    }

    /// The metadata of the stream itself.
    private static func facts(of entry: JSONNode) -> JSONNode? {
        entry["metadata"]?.elements.first { $0["breadcrumb"]?.elements.isEmpty ?? true }?["metadata"]
    }

    /// The catalog with one stream, or all of them, selected, and all of its properties that can be.
    ///
    /// - Parameter replicationKey: The property by which the tap goes on where it was; nil: as the tap does by itself.
    func selecting(_ stream: Stream, replicationKey: String?) -> JSONNode {
        let entries = (document["streams"]?.elements ?? []).map { entry in
            let id = entry["tap_stream_id"]?.string ?? entry["stream"]?.string
            return Self.marked(entry, isSelected: stream.isEverything || id == stream.id, replicationKey: replicationKey)
        }
        return document.setting("streams", .list(entries))
    }

    private static func marked(_ entry: JSONNode, isSelected: Bool, replicationKey: String?) -> JSONNode {
        let key = isSelected ? replicationKey : nil
        var metadata = (entry["metadata"]?.elements ?? []).map { item in
            let facts = item["metadata"] ?? .object([])
            guard item["breadcrumb"]?.elements.isEmpty ?? true else {
                guard isSelected, facts["inclusion"]?.string != "unsupported" else { return item }
                return item.setting("metadata", facts.setting("selected", .boolean(true)))
            }
            return item.setting("metadata", Self.chosen(facts, isSelected, key))
        }
        if !metadata.contains(where: { $0["breadcrumb"]?.elements.isEmpty ?? true }) {
            metadata.append(.members(["breadcrumb": .list([]), "metadata": Self.chosen(.object([]), isSelected, key)]))
        }
        var marked = entry.setting("metadata", .list(metadata)).setting("selected", .boolean(isSelected))
        // What taps read before there were metadata.
        if let schema = entry["schema"] { marked = marked.setting("schema", schema.setting("selected", .boolean(isSelected))) }
        if let key { marked = marked.setting("replication_method", .string("INCREMENTAL")).setting("replication_key", .string(key)) }
        return marked
    }

    private static func chosen(_ facts: JSONNode, _ isSelected: Bool, _ key: String?) -> JSONNode {
        let chosen = facts.setting("selected", .boolean(isSelected))
        guard let key else { return chosen }
        return chosen.setting("replication-method", .string("INCREMENTAL")).setting("replication-key", .string(key))
    }
}

extension JSONNode {
    /// An object with a member in place of one of the same name, or behind the others.
    fileprivate func setting(_ name: String, _ value: JSONNode) -> JSONNode {
        guard case .object(var members) = self else { return .object([Member(name: name, value: value)]) }
        if let place = members.firstIndex(where: { $0.name == name }) {
            members[place].value = value
        } else {
            members.append(Member(name: name, value: value))
        }
        return .object(members)
    }
}
