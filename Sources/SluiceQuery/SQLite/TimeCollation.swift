import GRDBSQLite
import SluiceCore

/// Texts of timestamps compared as times: `2024-03-01T10:00:00Z` is before `2024-03-01T10:00:00.5Z`, and the same as `2024-03-01 10:00`.
///
/// A text without a zone counts as UTC. What is no time comes behind all times, by its bytes.
enum TimeCollation {
    static let name = "sluice_time"

    static func register(_ connection: OpaquePointer?) -> Int32 {
        sqlite3_create_collation(connection, name, SQLITE_UTF8, nil) { _, leftCount, left, rightCount, right in
            let left = UnsafeBufferPointer(start: left?.assumingMemoryBound(to: UInt8.self), count: Int(leftCount))
            let right = UnsafeBufferPointer(start: right?.assumingMemoryBound(to: UInt8.self), count: Int(rightCount))
            return TimeCollation.order(left, right)
        }
    }

    static func order(_ left: UnsafeBufferPointer<UInt8>, _ right: UnsafeBufferPointer<UInt8>) -> Int32 {
        switch (TimeText.timestamp(left), TimeText.timestamp(right)) {
        case (let first?, let second?): sign(first.utcMicros, second.utcMicros)
        case (_?, nil): -1
        case (nil, _?): 1
        case (nil, nil): left.lexicographicallyPrecedes(right) ? -1 : right.lexicographicallyPrecedes(left) ? 1 : 0
        }
    }

    private static func sign(_ left: Int64, _ right: Int64) -> Int32 { left < right ? -1 : left > right ? 1 : 0 }
}
