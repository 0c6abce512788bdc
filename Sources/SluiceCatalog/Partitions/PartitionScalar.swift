import FoundationEssentials
import GRDB
import SluiceCore

/// A value of a partition key as it is compared, in memory and in the database alike.
enum PartitionScalar: Hashable, Sendable {
    /// Compared byte for byte.
    case text(String)
    /// Integers; days of a date; 0 and 1 of a boolean.
    case integer(Int64)
    case float(Double)
    /// The unscaled integer of a decimal, under the scale of its key; nanoseconds of a timestamp, of which Hive has nine digits and 64 bits
    /// hold three centuries.
    case decimal(Int128)

    /// What stands in the database: SQLite compares two of one key as `<` does here. A decimal is 16 bytes, the highest first, with the sign
    /// turned round.
    var databaseValue: DatabaseValue {
        switch self {
        case .text(let text): text.databaseValue
        case .integer(let number): number.databaseValue
        case .float(let number): number.databaseValue
        case .decimal(let number):
            withUnsafeBytes(of: (UInt128(bitPattern: number) ^ (1 << 127)).bigEndian) { Data($0) }.databaseValue
        }
    }

    /// Both are of one key.
    static func < (a: Self, b: Self) -> Bool {
        switch (a, b) {
        case (.text(let a), .text(let b)): a.utf8.lexicographicallyPrecedes(b.utf8)
        case (.integer(let a), .integer(let b)): a < b
        case (.float(let a), .float(let b)): a < b
        case (.decimal(let a), .decimal(let b)): a < b
        default: false
        }
    }

    static func == (a: Self, b: Self) -> Bool {
        switch (a, b) {
        case (.text(let a), .text(let b)): a.utf8.elementsEqual(b.utf8)
        case (.integer(let a), .integer(let b)): a == b
        case (.float(let a), .float(let b)): a == b
        case (.decimal(let a), .decimal(let b)): a == b
        default: false
        }
    }

    func hash(into hasher: inout Hasher) {
        switch self {
        case .text(let text): hasher.combine(ExactText(text))
        case .integer(let number): hasher.combine(number)
        case .float(let number): hasher.combine(number)
        case .decimal(let number): hasher.combine(number)
        }
    }
}
