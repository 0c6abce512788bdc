import SluiceJSON
import SluiceCatalog
import SluiceCore
import SluiceServer

/// Parameters in which the service keeps what the catalog has no place for. Clients neither see nor set them.
enum Hints {
    static let prefix = "sluice.glue."
    /// The type of a column as it was given, where the catalog's type does not say it.
    static let type = prefix + "type"
    /// The location as it was given, where it is another than the address of the place.
    static let location = prefix + "location"
    static let retention = prefix + "retention"
    static let accessed = prefix + "accessed"
    static let analyzed = prefix + "analyzed"
    /// Partition indexes by name, as JSON: `{"by_day":["day"]}`.
    static let indexes = TableDefinition.partitionIndexes

    static func visible(_ parameters: [String: String]) -> [String: String] {
        parameters.isEmpty ? parameters : parameters.filter { !$0.key.hasPrefix(prefix) }
    }

    /// Keeps the location of a table or partition.
    ///
    /// - Returns: The place for the catalog.
    static func place(_ given: String?, _ parameters: inout [String: String], _ places: Places) -> String {
        guard let given else { return "" }
        let place = places.stored(given)
        if places.shown(place) != given { parameters[location] = given }
        return place
    }

    /// The location that clients are told; nil for none.
    static func location(_ place: String, _ parameters: [String: String], _ places: Places) -> String? {
        var buckets = BucketLook()
        return location(place, parameters, places, &buckets)
    }

    /// As above, for one of many.
    static func location(_ place: String, _ parameters: [String: String], _ places: Places, _ buckets: inout BucketLook) -> String? {
        if let given = parameters[location], (places.folder(given, &buckets) ?? given) == place { return given }
        if let file = parameters[TableDefinition.onlyFile], file.hasPrefix(place + "/") { return places.shown(file) }
        return place.isEmpty ? nil : places.shown(place)
    }

    /// Microseconds since 1970 under a hint.
    static func time(_ name: String, _ parameters: [String: String]) -> WireValue? {
        parameters[name].flatMap { Int64($0) }.map { .time(micros: $0) }
    }

    static func indexes(_ parameters: [String: String]) -> [(name: String, keys: [String])] {
        guard let text = parameters[indexes], let node = try? JSONParser.parse(Array(text.utf8)),
            case .object(let members) = WireValue(node)
        else { return [] }
        return members.map { ($0.name, $0.value.texts) }
    }

    static func text(_ indexes: [(name: String, keys: [String])]) -> String? {
        guard !indexes.isEmpty else { return nil }
        return WireValue.object(indexes.map { .init($0.name, .texts($0.keys)) }).json
    }
}
