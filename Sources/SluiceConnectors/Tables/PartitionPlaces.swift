import SluiceCatalog
import SluiceCore
import SluiceS3
import SluiceStorage

/// Finds the files of partitions that somebody told the catalog of without their files: those that lie at their places, wherever these are.
struct PartitionPlaces {
    private let definition: TableDefinition
    private let site: S3Site
    /// The values of partitions, by their places.
    private var values: [ExactText: [PartitionValue]] = [:]

    /// - Throws: `limitExceeded` for a partition without a place whose values make no name of a directory.
    init(_ partitions: [PartitionRecord], of definition: TableDefinition) throws(SluiceError) {
        self.definition = definition
        site = ObjectOptions.site(of: definition.parameters)
        for partition in partitions {
            let found = definition.partitionKeys.enumerated().map { index, key in
                let text = index < partition.values.count ? partition.values[index] : HivePath.nullText
                return PartitionValue(key: key.name, text: text == HivePath.nullText ? nil : text)
            }
            values[ExactText(try Self.place(of: partition, found, definition))] = found
        }
    }

    /// Without a place of its own a partition lies where Hive puts it: below the table, in `key=value`.
    private static func place(
        of partition: PartitionRecord, _ values: [PartitionValue], _ definition: TableDefinition
    ) throws(SluiceError) -> String {
        if !partition.location.isEmpty { return withoutSlash(partition.location) }
        var place = withoutSlash(definition.location)
        for value in values { place += "/" + (try HivePath.directory(value.key, value.text)) }
        return place
    }

    /// The files at all places, each with its partition's values. A place where nothing lies has none.
    ///
    /// - Throws: What listing throws.
    func files() async throws(SluiceError) -> [InputFile] {
        let root = Self.withoutSlash(definition.location)
        let isBelow = { (place: String) in !root.isEmpty && (place == root || place.hasPrefix(root + "/")) }
        // All that lie below the table are found by one look.
        var places = values.keys.map(\.text).filter { !isBelow($0) }.sorted()
        if places.count < values.count { places.insert(root, at: 0) }
        var found: [ExactText: InputFile] = [:]
        for place in places {
            for var file in try await Self.listed(place, site) {
                guard let values = partition(of: file.location) else { continue }
                file.partition = values
                found[ExactText(file.location)] = file
            }
        }
        return found.values.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
    }

    /// The values of the innermost partition in whose place a file lies.
    private func partition(of file: String) -> [PartitionValue]? {
        var place = file[...]
        if let values = values[ExactText(file)] { return values }
        while let slash = place.lastIndex(of: "/") {
            place = place[..<slash]
            if let values = values[ExactText(String(place))] { return values }
        }
        return nil
    }

    private static func listed(_ place: String, _ site: S3Site) async throws(SluiceError) -> [InputFile] {
        guard S3Location.isOne(place) || DiskFiles.kind(of: place) != nil else { return [] }
        do throws(SluiceError) {
            return try await FileListing.files([place], in: "", site)
        } catch {
            if error.code == .fileNotFound { return [] }
            throw error
        }
    }

    private static func withoutSlash(_ place: String) -> String {
        place.count > 1 && place.hasSuffix("/") ? String(place.dropLast()) : place
    }
}
