import GRDBSQLite
import SluiceCore

/// `sum`, `avg` and `total` in place of SQLite's own, which take a text that is no number for 0: here it ends the query.
///
/// Otherwise they are SQLite's: nulls are left out, texts that are numbers count as these, a sum of integers is an integer or fails.
enum SumFunctions {
    /// What an error about a text begins with.
    static let noNumber = "is no number"

    static func register(_ connection: OpaquePointer?) -> Int32 {
        let flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS
        let sum = sqlite3_create_window_function(
            connection, "sum", 1, flags, nil, step, { SumFunctions.putSum($0) }, { SumFunctions.putSum($0) }, inverse, nil)
        let mean = sqlite3_create_window_function(
            connection, "avg", 1, flags, nil, step, { SumFunctions.putMean($0) }, { SumFunctions.putMean($0) }, inverse, nil)
        let total = sqlite3_create_window_function(
            connection, "total", 1, flags, nil, step, { SumFunctions.putTotal($0) }, { SumFunctions.putTotal($0) }, inverse, nil)
        return sum | mean | total
    }

    /// In memory of SQLite, which begins as zeros.
    private struct State {
        var count: Int64
        var floats: Int64
        /// The sum of integers, in two's complement of 128 bits.
        var low: UInt64
        var high: Int64
        /// The sum of floating-point numbers, and what rounding lost of it (Neumaier).
        var sum: Double
        var lost: Double

        var whole: Int128 { Int128(high) << 64 | Int128(low) }
        var value: Double { floats == 0 ? Double(whole) : Double(whole) + sum + (lost.isFinite ? lost : 0) }

        mutating func add(_ number: Int64) {
            let (partial, carries) = low.addingReportingOverflow(UInt64(bitPattern: number))
            low = partial
            high &+= (number < 0 ? -1 : 0) + (carries ? 1 : 0)
        }

        mutating func add(_ number: Double) {
            let next = sum + number
            lost += abs(sum) >= abs(number) ? (sum - next) + number : (number - next) + sum
            sum = next
        }
    }

    private static func state(_ context: OpaquePointer?) -> UnsafeMutablePointer<State>? {
        sqlite3_aggregate_context(context, Int32(MemoryLayout<State>.stride))?.assumingMemoryBound(to: State.self)
    }

    private static let step: @convention(c) (OpaquePointer?, Int32, UnsafeMutablePointer<OpaquePointer?>?) -> Void = { context, _, values in
        SumFunctions.take(context, values?[0], isAdded: true)
    }

    private static let inverse: @convention(c) (OpaquePointer?, Int32, UnsafeMutablePointer<OpaquePointer?>?) -> Void = {
        context, _, values in
        SumFunctions.take(context, values?[0], isAdded: false)
    }

    private static func take(_ context: OpaquePointer?, _ value: OpaquePointer?, isAdded: Bool) {
        guard let state = state(context) else { return sqlite3_result_error_nomem(context) }
        var type = sqlite3_value_type(value)
        if type == SQLITE_NULL { return }
        if type == SQLITE_TEXT { type = sqlite3_value_numeric_type(value) }
        let sign: Int64 = isAdded ? 1 : -1
        switch type {
        case SQLITE_INTEGER:
            let number = sqlite3_value_int64(value)
            if isAdded {
                state.pointee.add(number)
            } else {
                // The negative of the smallest integer does not exist.
                state.pointee.add(~number)
                state.pointee.add(Int64(1))
            }
        case SQLITE_FLOAT:
            state.pointee.add(sqlite3_value_double(value) * Double(sign))
            state.pointee.floats += sign
        default:
            let shown = type == SQLITE_TEXT ? SQLValue.value(value).description.quotedForMessage : "a binary value"
            return sqlite3_result_error(context, "\(shown) \(noNumber)", -1)
        }
        state.pointee.count += sign
    }

    private static func putSum(_ context: OpaquePointer?) {
        guard let state = state(context), state.pointee.count > 0 else { return sqlite3_result_null(context) }
        if state.pointee.floats > 0 { return sqlite3_result_double(context, state.pointee.value) }
        guard let whole = Int64(exactly: state.pointee.whole) else { return sqlite3_result_error(context, "integer overflow", -1) }
        sqlite3_result_int64(context, whole)
    }

    private static func putMean(_ context: OpaquePointer?) {
        guard let state = state(context), state.pointee.count > 0 else { return sqlite3_result_null(context) }
        sqlite3_result_double(context, state.pointee.value / Double(state.pointee.count))
    }

    private static func putTotal(_ context: OpaquePointer?) {
        guard let state = state(context) else { return sqlite3_result_double(context, 0) }
        sqlite3_result_double(context, state.pointee.value)
    }
}
