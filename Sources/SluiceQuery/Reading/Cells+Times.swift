import GRDBSQLite
import SluiceCore

final class DateCells: Cells {
    private let days: [Int32]

    init(_ column: Column, _ days: [Int32]) {
        self.days = days
        super.init(column)
    }

    override func put(_ row: Int, into context: OpaquePointer?) {
        if isNull(row) { sqlite3_result_null(context) } else { CellText.put(into: context) { TimeText.write(days: days[row], at: $0) } }
    }

    override func key(_ row: Int) -> UInt64? { isNull(row) ? nil : EqualityKey.of(micros: Int64(days[row]) * TimeText.microsPerDay) }
}

final class TimestampCells: Cells {
    private let micros: [Int64]
    private let zoned: Bool

    init(_ column: Column, _ micros: [Int64], zoned: Bool) {
        self.micros = micros
        self.zoned = zoned
        super.init(column)
    }

    override func put(_ row: Int, into context: OpaquePointer?) {
        if isNull(row) {
            sqlite3_result_null(context)
        } else {
            CellText.put(into: context) { TimeText.write(micros: micros[row], zoned: zoned, at: $0) }
        }
    }

    override func key(_ row: Int) -> UInt64? { isNull(row) ? nil : EqualityKey.of(micros: micros[row]) }
}

/// Short texts that are made for SQLite.
enum CellText {
    static func put(into context: OpaquePointer?, _ write: (UnsafeMutablePointer<UInt8>) -> UnsafeMutablePointer<UInt8>) {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: TimeText.maximumBytes) { buffer in
            guard let start = buffer.baseAddress else { return }
            put(UnsafeBufferPointer(start: start, count: write(start) - start), into: context)
        }
    }

    /// SQLite copies the bytes.
    static func put(_ bytes: UnsafeBufferPointer<UInt8>, into context: OpaquePointer?) {
        let empty: UInt8 = 0
        guard let start = bytes.baseAddress, bytes.count > 0 else {
            withUnsafePointer(to: empty) {
                $0.withMemoryRebound(to: CChar.self, capacity: 1) { sqlite3_result_text(context, $0, 0, transient) }
            }
            return
        }
        start.withMemoryRebound(to: CChar.self, capacity: bytes.count) { sqlite3_result_text(context, $0, Int32(bytes.count), transient) }
    }

    /// `SQLITE_TRANSIENT`: a macro that Swift does not see.
    static let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
}
