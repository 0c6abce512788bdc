import SluiceCatalog
import SluiceServer

/// Partitions that are looked up by their values.
enum PartitionReads {
    @Sendable static func get(_ call: GlueCall) async throws -> TargetAnswer {
        var input = try call.members()
        let (database, name) = (try input.databaseName(), try input.tableName())
        let values = try input.partitionValues()
        try input.finish()
        let (table, found) = try call.reading(database, name) { reader, table in
            try PartitionInput.check(values, table.definition)
            return (table.definition, try reader.partition(values, of: table.definition.name))
        }
        guard let found else { throw Faults.missing("Cannot find partition.") }
        var partitions = PartitionWriter(call, table)
        return call.answer { answer in answer.member("Partition", object: { partitions.write(found, to: &$0) }) }
    }

    @Sendable static func getMany(_ call: GlueCall) async throws -> TargetAnswer {
        var input = try call.members()
        let (database, name) = (try input.databaseName(), try input.tableName())
        let wanted = try input.structures("PartitionsToGet", count: 0...GlueLimits.fetchedPartitions) {
            partition throws(ServiceFault) in try partition.partitionValues("Values")
        }
        if wanted == nil { input.missing("PartitionsToGet") }
        try input.finish()
        // Those that are not there are left out; all the others are told, so that no key is unprocessed.
        let (table, found) = try call.reading(database, name) { reader, table in
            (table.definition, try (wanted ?? []).compactMap { try reader.partition($0, of: table.definition.name) })
        }
        var partitions = PartitionWriter(call, table)
        return call.answer { answer in
            partitions.write(found, to: &answer)
            answer.member("UnprocessedKeys", .list([]))
        }
    }
}
