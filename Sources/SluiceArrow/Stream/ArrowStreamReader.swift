import CArrow
package import SluiceCore

/// Batches from a stream of Arrow messages, whose bytes come piece by piece.
///
/// Not read are dictionaries, compressed batches, and views of texts; other types become those of columns as `Batch.importArrow` says.
package struct ArrowStreamReader {
    /// Bytes of one message that are read at most.
    private let limitBytes: Int
    private var bytes: [UInt8] = []
    private var position = 0
    private var columns: [StreamField] = []
    private var node: ArrowNode?
    /// Whether the stream has said its end.
    package private(set) var hasEnded = false

    package init(limitBytes: Int) { self.limitBytes = limitBytes }

    /// The stream's columns, once it has said them.
    package var schema: Schema? {
        guard case .structure(let fields)? = node?.type else { return nil }
        return Schema(unchecked: fields)
    }

    /// Whether there are bytes that are no whole message yet.
    package var hasRest: Bool { position < bytes.count }

    package mutating func append(_ more: some Collection<UInt8>) {
        if position > 0 {
            bytes.removeFirst(position)
            position = 0
        }
        bytes += more
    }

    /// The next batch; nil where more bytes are needed, or none follow.
    ///
    /// - Throws: `invalidArgument` for bytes that are no Arrow stream, `limitExceeded`, and what `Batch.importArrow` throws.
    package mutating func next() throws(SluiceError) -> Batch? {
        while !hasEnded {
            guard let message = try message() else { return nil }
            guard let header = try message.metadata.table(2) else { throw FlatTable.broken }
            switch try message.metadata.number(1, or: UInt8(0)) {
            case ArrowMessage.schema: try begin(header)
            case ArrowMessage.recordBatch: return try batch(header, message.body)
            case ArrowMessage.dictionaryBatch: throw SluiceError(.unsupported, "an Arrow stream has dictionaries")
            default: throw FlatTable.broken
            }
        }
        return nil
    }

    private func length(at place: Int) -> UInt32? {
        guard place + 4 <= bytes.count else { return nil }
        return bytes.withUnsafeBytes { UInt32(littleEndian: $0.loadUnaligned(fromByteOffset: place, as: UInt32.self)) }
    }

    /// The next whole message; nil where it is not there yet, or the end is.
    private mutating func message() throws(SluiceError) -> (metadata: FlatTable, body: Range<Int>)? {
        guard let mark = length(at: position), let size = length(at: position + 4) else { return nil }
        guard mark == .max else { throw FlatTable.broken }
        if size == 0 {
            position += 8
            hasEnded = true
            return nil
        }
        guard size <= limitBytes else { throw tooLarge }
        let start = position + 8
        guard bytes.count - start >= Int(size) else { return nil }
        let metadata = try FlatTable(Array(bytes[start..<(start + Int(size))]))
        let bodyBytes = try metadata.number(3, or: Int64(0))
        guard bodyBytes >= 0 else { throw FlatTable.broken }
        guard bodyBytes <= Int64(limitBytes) else { throw tooLarge }
        let bodyStart = start + Int(size)
        guard bytes.count - bodyStart >= Int(bodyBytes) else { return nil }
        position = bodyStart + Int(bodyBytes)
        return (metadata, bodyStart..<position)
    }

    private var tooLarge: SluiceError {
        SluiceError(
            .limitExceeded, "a message of an Arrow stream has more than \(limitBytes >> 20) MiB",
            remedy: "let the program write smaller batches")
    }

    private mutating func begin(_ header: FlatTable) throws(SluiceError) {
        guard node == nil, try header.number(0, or: Int16(0)) == 0 else { throw FlatTable.broken }
        columns = []
        var count = 0
        for field in try header.tables(1) { columns.append(try StreamField(field, count: &count)) }
        node = try StreamField(columns: columns).node()
    }

    private func batch(_ header: FlatTable, _ body: Range<Int>) throws(SluiceError) -> Batch {
        guard let node else { throw FlatTable.broken }
        let rowCount = try header.number(0, or: Int64(0))
        let result = bytes.withUnsafeBytes { all -> Result<Column, SluiceError> in
            do throws(SluiceError) {
                let arrays = try StreamArrays(header, UnsafeRawBufferPointer(rebasing: all[body]))
                defer { withExtendedLifetime(arrays) {} }
                return .success(try ArrowReader.column(node, try arrays.whole(columns, rowCount: rowCount)))
            } catch {
                return .failure(error)
            }
        }
        let column = try result.get()
        guard case .structure(let columns, let count) = column.storage, let schema else { throw FlatTable.broken }
        return Batch(schema, columns, rowCount: count)
    }
}
