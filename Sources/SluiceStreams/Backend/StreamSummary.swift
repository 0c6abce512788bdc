/// What there is to know of a stream as a whole.
package struct StreamSummary: Hashable, Sendable {
    /// Where a stream is in its life. Reads and writes go on while it is updated.
    package enum Status: String, Hashable, Sendable {
        case creating = "CREATING"
        case active = "ACTIVE"
        case updating = "UPDATING"
        case deleting = "DELETING"
    }

    package var name: String
    package var status: Status
    /// Microseconds since 1970.
    package var createdMicros: Int64
    package var openShardCount: Int
    /// `shards` is the number of open ones.
    package var configuration: StreamConfiguration

    package init(name: String, status: Status, createdMicros: Int64, openShardCount: Int, configuration: StreamConfiguration) {
        self.name = name
        self.status = status
        self.createdMicros = createdMicros
        self.openShardCount = openShardCount
        self.configuration = configuration
    }
}
