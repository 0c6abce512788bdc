import Dispatch
import SluiceCatalog
import SluicePipelines
import Synchronization

/// Reads the declarations that the state holds on all cores: each takes some microseconds, and there may be 100,000 of them.
enum StoredDeclarations {
    /// Declarations that one core reads at a time.
    private static let portion = 2_000

    /// - Returns: The jobs of those rows that have a declaration, or what is wrong with it, in the order of the rows.
    static func read(_ rows: [StoredJob]) -> [Result<JobSet.Entry, any Error>] {
        let portions = stride(from: 0, to: rows.count, by: portion).map { rows[$0..<min($0 + portion, rows.count)] }
        guard portions.count > 1 else { return rows.compactMap(declaration) }
        let found = Mutex([[Result<JobSet.Entry, any Error>]](repeating: [], count: portions.count))
        DispatchQueue.concurrentPerform(iterations: portions.count) { index in
            let results = portions[index].compactMap(declaration)
            found.withLock { $0[index] = results }
        }
        return found.withLock { Array($0.joined()) }
    }

    private static func declaration(_ row: StoredJob) -> Result<JobSet.Entry, any Error>? {
        guard let text = row.declaration else { return nil }
        return Result { JobSet.Entry(try JobSet.declaration(row.name, text)) }
    }
}
