import SluiceCatalog
import SluiceCore
import SluiceFormats

/// What files of a table showed when they were read, for those that did not change since: they are not read again.
struct Recollection: Sendable {
    /// Of all of them together.
    var evidence = TableEvidence()
    /// Records of each, by its place in the group.
    var rows: [Int: Int64] = [:]
    /// Counts of different values of all files that the table had, and whether files have gone since.
    var sketches = TableEvidence()
    /// Whether every record of them was read.
    var isWhole = true

    /// - Returns: Nil where all files have to be read.
    /// - Throws: what the catalog throws.
    init?(_ group: TableGroup, _ memory: CrawlMemory, of crawler: String, table: TableName, _ catalog: Catalog) throws(SluiceError) {
        guard memory.isUsable else { return nil }
        let places = group.files.indices.filter { !group.files[$0].isAssumed && memory.isUnchanged(group.files[$0].file) }
        guard !places.isEmpty, let stored = try catalog.crawlSketches(of: table), let sketches = try TableEvidence.sketches(stored) else {
            return nil
        }
        self.sketches = sketches
        let reading = group.kind.reading
        var (evidence, rows, isWhole) = (TableEvidence(), [Int: Int64](), true)
        try catalog.crawlEvidence(of: crawler, places.map { group.files[$0].file.path }) { index, bytes throws(SluiceError) in
            let place = places[index]
            guard let bytes, let part = try TableEvidence.part(bytes, path: group.files[place].file.path, reading: reading) else { return }
            evidence.merge(part.evidence)
            rows[place] = part.evidence.rows
            isWhole = isWhole && part.isWhole
        }
        guard !rows.isEmpty else { return nil }
        (self.evidence, self.rows, self.isWhole) = (evidence, rows, isWhole)
        if try catalog.files(of: table).count > rows.count { self.sketches.noteGoneValues() }
    }
}
