package import SluiceCore

/// Hashes of rows that are the same in every process: for sets of keys that are compared by nothing else.
package enum RowHash {
    /// XXH64 of some columns, one after another, the hash so far being the seed of the next; a null leaves it as it is.
    package static func hashes(of columns: [Column], rowCount: Int, seed: UInt64) -> [UInt64] {
        var hashes = [UInt64](repeating: seed, count: rowCount)
        for column in columns { HashKernel.fold(column, into: &hashes) }
        return hashes
    }
}
