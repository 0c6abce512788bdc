import SluiceCore

/// Reads one column of the table: all leaves of a node.
final class ColumnReader {
    let node: ParquetNode
    private let leaves: [(index: Int, reader: any LeafReader)]
    private let rowGroup: Int
    private let path: String
    /// Rows to pass over before the next that are read, gathered so that whole pages can be passed over.
    private var rowsToSkip = 0

    init(_ node: ParquetNode, _ file: ParquetFile, rowGroup: Int) throws(SluiceError) {
        self.node = node
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
