import SluiceCatalog
import SluiceServer

/// The member `PartitionInput` of a request.
struct PartitionInput: Sendable {
    var values: [String]
    var storage: StorageInput?
    /// With the hints of what the catalog has no place for.
    var parameters: [String: String]

    /// What the catalog is to have of it.
    ///
    /// - Parameter current: The partition as it is: what is said as it was told stays as it is. Nil for a new one.
    /// - Throws: `InvalidInputException` for other than a value for each key.
    func definition(
        of table: TableDefinition, _ places: Places, current: PartitionRecord? = nil
    ) throws(ServiceFault) -> PartitionDefinition {
        try Self.check(values, table)
        var parameters = self.parameters
        let location = Hints.place(storage?.location, &parameters, places)
        let columns = storage?.columns?.keepingTypes(of: current?.columns ?? table.columns, in: table.format)
        var descriptor = storage?.descriptor
        if let current, current.storage == nil, descriptor?.told == table.hiveStorage.told { descriptor = nil }
        // Its files are those that lie at its place, whatever else a run or a crawl may add to it.
        let isListed = current.map { $0.isListed || $0.location != location } ?? true
        parameters[PartitionRecord.listed] = isListed ? "true" : nil
        return PartitionDefinition(
            values: values, location: location, parameters: parameters, storage: descriptor, columns: columns)
    }

    static func check(_ values: [String], _ table: TableDefinition) throws(ServiceFault) {
        guard values.count != table.partitionKeys.count || table.partitionKeys.isEmpty else { return }
        throw Faults.invalid(
            "The number of partition keys do not match the number of partition values: \(table.partitionKeys.count) and \(values.count).")
    }
}

extension InputReader {
    /// The members of a partition input.
    mutating func partitionMembers() throws(ServiceFault) -> PartitionInput {
        var input = PartitionInput(
            values: try texts("Values", count: 0...100, Rules.partitionValue) ?? [], storage: try storage(), parameters: try parameters())
        input.parameters[Hints.accessed] = try time("LastAccessTime").map(String.init)
        input.parameters[Hints.analyzed] = try time("LastAnalyzedTime").map(String.init)
        return input
    }

    /// The member `PartitionInput`.
    mutating func partitionInput() throws(ServiceFault) -> PartitionInput {
        if let input = try structure("PartitionInput", { reader throws(ServiceFault) in try reader.partitionMembers() }) { return input }
        missing("PartitionInput")
        return PartitionInput(values: [], parameters: [:])
    }

    /// The values that name a partition.
    mutating func partitionValues(_ name: String = "PartitionValues") throws(ServiceFault) -> [String] {
        if let values = try texts(name, count: 0...100, Rules.partitionValue) { return values }
        missing(name)
        return []
    }
}
