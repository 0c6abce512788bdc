import SluiceCatalog
import SluiceCore
import SluiceServer

/// Partitions that are added, changed and taken away.
enum Partitions {
    static let operations: [GlueOperation] = [
        GlueOperation("CreatePartition", create), GlueOperation("BatchCreatePartition", createMany),
        GlueOperation("UpdatePartition", update), GlueOperation("BatchUpdatePartition", updateMany),
        GlueOperation("DeletePartition", delete), GlueOperation("BatchDeletePartition", deleteMany),
        GlueOperation("GetPartition", isShort: true, PartitionReads.get),
        GlueOperation("GetPartitions", isShort: true, PartitionListing.run),
        GlueOperation("BatchGetPartition", PartitionReads.getMany),
    ]

    @Sendable private static func create(_ call: GlueCall) async throws -> TargetAnswer {
        var input = try call.members()
        let (database, name) = (try input.databaseName(), try input.tableName())
        let partition = try input.partitionInput()
        try input.finish()
        let table = try call.table(database, name).definition
        let definition = try partition.definition(of: table, call.context.places)
        guard try call.catalog.addPartitions([definition], of: table.name).isEmpty else { throw Faults.exists("Partition already exists.") }
        return .empty
    }

    @Sendable private static func createMany(_ call: GlueCall) async throws -> TargetAnswer {
        var input = try call.members()
        let (database, name) = (try input.databaseName(), try input.tableName())
        let partitions = try input.structures("PartitionInputList", count: 0...GlueLimits.createdPartitions) {
            partition throws(ServiceFault) in try partition.partitionMembers()
        }
        if partitions == nil { input.missing("PartitionInputList") }
        try input.finish()
        let table = try call.table(database, name).definition
        let definitions = try (partitions ?? []).map { try $0.definition(of: table, call.context.places) }
        let known = try call.catalog.addPartitions(definitions, of: table.name)
        let errors = known.map { error(definitions[$0].values, Faults.exists("Partition already exists.")) }
        return .value(.structure(["Errors": .list(errors)]))
    }

    @Sendable private static func update(_ call: GlueCall) async throws -> TargetAnswer {
        var input = try call.members()
        let (database, name) = (try input.databaseName(), try input.tableName())
        let values = try input.partitionValues("PartitionValueList")
        let partition = try input.partitionInput()
        try input.finish()
        try change(values, to: partition, of: try call.table(database, name).definition, call)
        return .empty
    }

    @Sendable private static func updateMany(_ call: GlueCall) async throws -> TargetAnswer {
        var input = try call.members()
        let (database, name) = (try input.databaseName(), try input.tableName())
        let entries = try input.structures("Entries", count: 1...GlueLimits.createdPartitions) { entry throws(ServiceFault) in
            (try entry.partitionValues("PartitionValueList"), try entry.partitionInput())
        }
        if entries == nil { input.missing("Entries") }
        try input.finish()
        let table = try call.table(database, name).definition
        var errors: [WireValue] = []
        for (values, partition) in entries ?? [] {
            do {
                try change(values, to: partition, of: table, call)
            } catch let fault as ServiceFault {
                errors.append(.structure(["PartitionValueList": .texts(values), "ErrorDetail": Faults.detail(fault)]))
            }
        }
        return .value(.structure(["Errors": .list(errors)]))
    }

    @Sendable private static func delete(_ call: GlueCall) async throws -> TargetAnswer {
        var input = try call.members()
        let (database, name) = (try input.databaseName(), try input.tableName())
        let values = try input.partitionValues()
        try input.finish()
        let table = try call.table(database, name).definition
        guard try call.catalog.dropPartitions([values], of: table.name) == 1 else { throw Faults.missing("Cannot find partition.") }
        try call.catalog.deleteStatistics(of: table.name, partition: values)
        return .empty
    }

    @Sendable private static func deleteMany(_ call: GlueCall) async throws -> TargetAnswer {
        var input = try call.members()
        let (database, name) = (try input.databaseName(), try input.tableName())
        let partitions = try input.structures("PartitionsToDelete", count: 0...GlueLimits.deletedPartitions) {
            partition throws(ServiceFault) in try partition.partitionValues("Values")
        }
        if partitions == nil { input.missing("PartitionsToDelete") }
        try input.finish()
        let table = try call.table(database, name).definition
        var errors: [WireValue] = []
        for values in partitions ?? [] {
            if try call.catalog.dropPartitions([values], of: table.name) == 1 {
                try call.catalog.deleteStatistics(of: table.name, partition: values)
            } else {
                errors.append(error(values, Faults.missing("Cannot find partition.")))
            }
        }
        return .value(.structure(["Errors": .list(errors)]))
    }

    /// Values of the input that are left out are those that the partition has.
    private static func change(_ values: [String], to partition: PartitionInput, of table: TableDefinition, _ call: GlueCall) throws {
        var partition = partition
        if partition.values.isEmpty { partition.values = values }
        let current = try call.catalog.reading { try $0.partition(values, of: table.name) }
        let changed = try partition.definition(of: table, call.context.places, current: current)
        switch try call.catalog.changePartition(values, of: table.name, to: changed) {
        case .done: break
        case .missing: throw Faults.missing("Cannot find partition.")
        case .taken: throw Faults.exists("Partition already exists.")
        }
    }

    private static func error(_ values: [String], _ fault: ServiceFault) -> WireValue {
        .structure(["PartitionValues": .texts(values), "ErrorDetail": Faults.detail(fault)])
    }
}
