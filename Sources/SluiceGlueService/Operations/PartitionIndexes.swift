import SluiceCatalog
import SluiceCore
import SluiceServer

/// Indexes over partitions. The catalog has all keys in indexes of its database, so that an index of a client has a name and nothing to build.
enum PartitionIndexes {
    /// The member of a request.
    struct Index: Sendable {
        var name: String
        var keys: [String]
    }

    static let operations: [GlueOperation] = [
        GlueOperation("CreatePartitionIndex") { call in
            var input = try call.members()
            let (database, table) = (try input.databaseName(), try input.tableName())
            let index = try input.structure("PartitionIndex") { reader throws(ServiceFault) in try reader.partitionIndex() }
            if index == nil { input.missing("PartitionIndex") }
            try input.finish()
            guard let index else { return .empty }
            try change(try call.table(database, table), call) { definition throws(ServiceFault) in try add(index, to: &definition) }
            return .empty
        },
        GlueOperation("DeletePartitionIndex") { call in
            var input = try call.members()
            let (database, table) = (try input.databaseName(), try input.tableName())
            let name = try input.requiredText("IndexName", Rules.name)
            try input.finish()
            try change(try call.table(database, table), call) { definition throws(ServiceFault) in
                var indexes = Hints.indexes(definition.parameters)
                guard let place = indexes.firstIndex(where: { $0.name == name }) else {
                    throw Faults.missing("Index with the given indexName : \(name) does not exist")
                }
                indexes.remove(at: place)
                definition.parameters[Hints.indexes] = Hints.text(indexes)
            }
            return .empty
        },
        GlueOperation("GetPartitionIndexes") { call in
            var input = try call.members()
            let (database, table) = (try input.databaseName(), try input.tableName())
            _ = try ListToken.last(&input, "indexes")
            try input.finish()
            let definition = try call.table(database, table).definition
            let indexes = Hints.indexes(definition.parameters).map { index in
                // In the order of the index, which counts.
                let keys = index.keys.compactMap { name in definition.partitionKeys.first { $0.name == name } }.map { key in
                    WireValue.structure(["Name": .text(key.name), "Type": ColumnTypes.text(key).map { .text($0) }])
                }
                return WireValue.structure([
                    "IndexName": .text(index.name), "Keys": .list(keys), "IndexStatus": .text("ACTIVE"), "BackfillErrors": .list([]),
                ])
            }
            return .value(.structure(["PartitionIndexDescriptorList": .list(indexes)]))
        },
    ]

    static func add(_ index: Index, to definition: inout TableDefinition) throws(ServiceFault) {
        var indexes = Hints.indexes(definition.parameters)
        guard !indexes.contains(where: { $0.name == index.name }) else {
            throw Faults.exists("A partition index with the name \(index.name) already exists.")
        }
        let keys = definition.partitionKeys.map(\.name)
        if let other = index.keys.first(where: { !keys.contains($0) }) { throw Faults.invalid("\(other) is no partition key.") }
        guard indexes.count < GlueLimits.partitionIndexes else {
            throw ServiceFault(
                400, "ResourceNumberLimitExceededException", "A table has at most \(GlueLimits.partitionIndexes) partition indexes.")
        }
        indexes.append((index.name, index.keys))
        definition.parameters[Hints.indexes] = Hints.text(indexes)
    }

    /// Changes the table that was looked at, in its present version.
    private static func change(
        _ record: TableRecord, _ call: GlueCall, _ body: (inout TableDefinition) throws(ServiceFault) -> Void
    ) throws {
        var definition = record.definition
        try body(&definition)
        try call.catalog.putTable(definition, expecting: .revision(record.revision), archiving: .never)
    }
}

extension InputReader {
    mutating func partitionIndex() throws(ServiceFault) -> PartitionIndexes.Index {
        let name = try requiredText("IndexName", Rules.name)
        let keys = try texts("Keys", count: 1...100, Rules.name)
        if keys == nil { missing("Keys") }
        return PartitionIndexes.Index(name: name, keys: keys ?? [])
    }
}
