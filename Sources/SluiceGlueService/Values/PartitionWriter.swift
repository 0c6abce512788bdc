import SluiceCatalog
import SluiceServer

/// Writes partitions of one table as answers have them; what they have alike is written once and copied.
struct PartitionWriter {
    private let format: WireFormat
    private let table: TableDefinition
    private let places: Places
    private let withColumns: Bool
    /// Members that all have alike.
    private let names: WireWriter.Members
    private var buckets = BucketLook()
    /// What the last one had beside its location.
    private var last: (layout: PartitionLayout, members: WireWriter.Members)?

    /// - Parameter withColumns: Whether their columns are told, which many partitions say again and again.
    init(_ call: GlueCall, _ table: TableDefinition, withColumns: Bool = true) {
        format = call.format
        self.table = table
        places = call.context.places
        self.withColumns = withColumns
        names = WireWriter.members(format) { members in
            members.member("DatabaseName", text: table.name.database)
            members.member("TableName", text: table.name.table)
            members.member("CatalogId", text: call.context.account)
        }
    }

    /// The member `Partitions`.
    mutating func write(_ partitions: [PartitionRecord], to answer: inout WireWriter) {
        answer.member(
            "Partitions",
            list: { list in
                for partition in partitions { list.object { write(partition, to: &$0) } }
            })
    }

    /// The members of one.
    mutating func write(_ partition: PartitionRecord, to object: inout WireWriter) {
        object.member("Values", texts: partition.values)
        object.append(names)
        object.member("CreationTime", .time(micros: partition.createdMicros))
        object.member("LastAccessTime", Hints.time(Hints.accessed, partition.parameters))
        object.member("LastAnalyzedTime", Hints.time(Hints.analyzed, partition.parameters))
        let location = Hints.location(partition.location, partition.parameters, places, &buckets)
        if location != nil || partition.layout.storage != nil {
            let storage = members(of: partition.layout)
            object.member(
                "StorageDescriptor",
                object: { descriptor in
                    descriptor.append(storage)
                    if let location { descriptor.member("Location", text: location) }
                })
        }
        object.member("Parameters", .map(Hints.visible(partition.parameters)))
    }

    private mutating func members(of layout: PartitionLayout) -> WireWriter.Members {
        if let last, last.layout === layout { return last.members }
        let members = WireWriter.members(format) { writer in
            let columns = withColumns ? (layout.columns ?? table.columns).told(in: table.format) : nil
            let value = WireValue.storage(layout.storage ?? table.hiveStorage, columns: columns, location: nil)
            guard case .object(let members) = value else { return }
            for member in members { writer.member(member.name, member.value) }
        }
        last = (layout, members)
        return members
    }
}
