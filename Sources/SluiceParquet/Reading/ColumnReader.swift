import SluiceCore

/// Reads one column of the table: all leaves of a node.
final class ColumnReader {
    let node: ParquetNode
    private let leaves: [(index: Int, reader: any LeafReader)]
    private let file: ParquetFile
    private let rowGroup: Int
    private let path: String
    /// Rows to pass over before the next that are read, gathered so that whole pages can be passed over.
    private var rowsToSkip = 0

    init(_ node: ParquetNode, _ file: ParquetFile, rowGroup: Int) throws(SluiceError) {
        self.node = node
        self.file = file
        self.rowGroup = rowGroup
        path = file.path
        var leaves: [(index: Int, reader: any LeafReader)] = []
        for index in node.leaves {
            let leaf = file.tree.leaves[index]
            do throws(SluiceError) {
                let (_, metadata) = try file.chunk(leaf, rowGroup: rowGroup)
                let pages = LeafPages(leaf, metadata, try ChunkPages(file.bytes, metadata, dataEnd: file.dataEnd))
                leaves.append((index, leaf.reader(pages)))
            } catch {
                throw error.inColumn(leaf.name, rowGroup: rowGroup, of: file.path)
            }
        }
        self.leaves = leaves
    }

    /// The largest number of rows that surely fit into one batch.
    var safeRows: Int { leaves.reduce(.max) { min($0, $1.reader.safeRows) } }

    func skip(_ rows: Int) { rowsToSkip += rows }

    /// Takes over where the pages are, so that those that are passed over are not read.
    func useOffsetIndex() throws(SluiceError) {
        guard node.isFlat, let leaf = leaves.first, leaf.reader.pages.index == nil else { return }
        leaf.reader.pages.index = try RowGroupSkipping(file, rowGroup: rowGroup).offsetIndex(file.tree.leaves[leaf.index])
    }

    /// Whether a value of the column may fulfil a relation, by the dictionary where all values are from it. Nothing must be read yet.
    func dictionaryMayFulfil(_ relation: ColumnBound.Relation) throws(SluiceError) -> Bool {
        guard node.isFlat, let (index, reader) = leaves.first, reader.pages.isDictionaryOnly, relation != .isNull, relation != .isNotNull
        else { return true }
        do throws(SluiceError) {
            let (_, metadata) = try file.chunk(file.tree.leaves[index], rowGroup: rowGroup)
            if let (bytes, count) = try reader.pages.firstDictionary(of: metadata) { try reader.startDictionary(bytes, count: count) }
        } catch {
            throw error.inColumn(node.name, rowGroup: rowGroup, of: path)
        }
        guard let entries = reader.dictionaryColumn, entries.count * relation.constantCount <= ParquetLimits.dictionaryProbes else {
            return true
        }
        return (0..<entries.count).contains { BoundValue(entries[$0])?.mayFulfil(relation) ?? true }
    }

    /// The next `rows` rows, and errors of rows of theirs.
    func read(_ rows: Int) throws(SluiceError) -> (column: Column, errors: [(row: Int, error: RowError)]) {
        var batches: [Int: LeafBatch] = [:]
        var errors: [(row: Int, error: RowError)] = []
        for (index, reader) in leaves {
            do throws(SluiceError) {
                if rowsToSkip > 0 { try reader.skip(rows: rowsToSkip) }
                let batch = try reader.read(rows: rows)
                errors += batch.errors
                if node.isFlat {
                    rowsToSkip = 0
                    return (batch.column, errors)
                }
                batches[index] = batch
            } catch {
                throw error.inColumn(reader.pages.leaf.name, rowGroup: rowGroup, of: path)
            }
        }
        rowsToSkip = 0
        var assembler = ColumnAssembler(batches)
        do throws(SluiceError) {
            let column = try assembler.column(node)
            guard column.count == rows else { throw PageError.damaged("it has \(column.count) rows where \(rows) belong") }
            return (column, errors + assembler.errors)
        } catch {
            throw error.inColumn(node.name, rowGroup: rowGroup, of: path)
        }
    }
}

extension ColumnBound.Relation {
    /// With how many constants a value is compared.
    fileprivate var constantCount: Int { if case .isIn(let values) = self { values.count } else { 1 } }
}
