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
    /// - Throws: `InvalidInputException` for other than a value for each key.
    func definition(of table: TableDefinition, _ places: Places) throws(ServiceFault) -> PartitionDefinition {
        try Self.check(values, table)
        var parameters = self.parameters
        let location = Hints.place(storage?.location, &parameters, places)
        let columns = storage?.columns
        return PartitionDefinition(
            values: values, location: location, parameters: parameters, storage: storage?.descriptor,
            columns: columns == table.columns ? nil : columns)
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

extension GlueCall {
    /// A partition as answers have it.
    func value(_ partition: PartitionRecord, of table: TableDefinition) -> WireValue {
        var storages = StorageValues()
        return value(partition, of: table, withColumns: true, &storages)
    }

    /// - Parameter withColumns: Whether their columns are told, which many partitions say again and again.
    func values(_ partitions: [PartitionRecord], of table: TableDefinition, withColumns: Bool = true) -> WireValue {
        var storages = StorageValues()
        return .list(partitions.map { value($0, of: table, withColumns: withColumns, &storages) })
    }

    private func value(
        _ partition: PartitionRecord, of table: TableDefinition, withColumns: Bool, _ storages: inout StorageValues
    ) -> WireValue {
        let location = Hints.location(partition.location, partition.parameters, context.places)
        let isDescribed = partition.storage != nil || location != nil
        let storage = storages.value(
            partition.storage ?? table.hiveStorage, columns: withColumns ? partition.columns ?? table.columns : nil, location: location)
        return .structure([
            "Values": .texts(partition.values), "DatabaseName": .text(table.name.database), "TableName": .text(table.name.table),
            "CreationTime": .time(micros: partition.createdMicros), "LastAccessTime": Hints.time(Hints.accessed, partition.parameters),
            "LastAnalyzedTime": Hints.time(Hints.analyzed, partition.parameters), "StorageDescriptor": isDescribed ? storage : nil,
            "Parameters": .map(Hints.visible(partition.parameters)), "CatalogId": .text(context.account),
        ])
    }
}

/// Makes values of storage descriptors: of one that differs from the last one in its location only, the rest is that of the last one.
private struct StorageValues {
    private var last: (storage: StorageDescriptor, columns: [CatalogColumn]?, members: [WireValue.Member])?

    mutating func value(_ storage: StorageDescriptor, columns: [CatalogColumn]?, location: String?) -> WireValue {
        if last?.storage != storage || last?.columns != columns {
            guard case .object(let members) = WireValue.storage(storage, columns: columns, location: nil) else { return .null }
            last = (storage, columns, members)
        }
        return .object((last?.members ?? []) + (location.map { [.init("Location", .text($0))] } ?? []))
    }
}
