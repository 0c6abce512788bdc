import Glibc
import SluiceCatalog
import SluiceCore
import SluiceStreams

/// What processes of a group read in tests: a fixed family of closed shards, of which each holds `records` numbers.
enum NumberStream {
    static let homeVariable = "GROUP_WORKER_HOME"
    static let nameVariable = "GROUP_WORKER_NAME"
    static let records = 60
    static let batch = 5
    static let table = "default.numbers"
    /// While a file of this name is in the home, processes read no more than half of all.
    static let holdName = "hold"

    static func rows(_ catalog: Catalog) throws -> Int { Int(try catalog.findTable(TableName(parsing: table))?.rowCount ?? 0) }

    static func isHeld(_ catalog: Catalog) throws -> Bool {
        guard let home = getenv(homeVariable), access(String(cString: home) + "/" + holdName, F_OK) == 0 else { return false }
        return try rows(catalog) >= shards.count * records / 2
    }

    static let shards: [GroupShard] = [
        shard(0, 0...24), shard(1, 25...49), shard(2, 50...99), shard(3, 0...49, [0, 1]), shard(4, 50...74, [2]), shard(5, 75...99, [2]),
        shard(6, 0...24, [3]), shard(7, 25...49, [3]),
    ]

    private static func shard(_ number: Int, _ range: ClosedRange<UInt128>, _ parents: [Int] = []) -> GroupShard {
        GroupShard(
            id: "shard-\(number)", parents: parents.map { "shard-\($0)" },
            range: HashRange(first: range.lowerBound, last: range.upperBound),
            isClosed: true,
            contents: .records(oldest: SequenceNumber(0), newest: SequenceNumber(UInt128(records - 1)), newestMicros: 0))
    }

    static func group() throws -> GroupID { try GroupID(stream: "numbers", name: "workers") }

    /// Whether every shard was read to its end.
    static func isDone(_ group: GroupSnapshot) -> Bool {
        let leaves = group.leases.filter { ["shard-4", "shard-5", "shard-6", "shard-7"].contains($0.shard) }
        return leaves.count == 4 && leaves.allSatisfy(\.isFinished)
    }
}
