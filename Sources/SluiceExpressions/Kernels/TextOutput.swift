import SluiceCore

/// Collects a text for each row, within the bounds of `ExpressionLimits`.
struct TextOutput {
    private(set) var rows: ByteRows
    private var start = 0

    init(rows: Int, bytes: Int) { self.rows = ByteRows(reservingRows: rows, bytes: bytes) }

    /// Bytes of the row so far.
    var length: Int { rows.data.count - start }
    /// Whether the row is past the limit of one text, so that no more needs to be written.
    var isFull: Bool { length > ExpressionLimits.textBytes }

    @inline(__always) mutating func append(_ bytes: UnsafeBufferPointer<UInt8>) { rows.extend(bytes) }
    @inline(__always) mutating func append(_ byte: UInt8) { rows.extend(byte) }
    mutating func append(_ text: String) {
        var copy = text
        copy.withUTF8 { rows.extend($0) }
    }
    mutating func append(_ bytes: [UInt8]) { bytes.withUnsafeBufferPointer { rows.extend($0) } }

    /// Closes the row; one that is too long fails and is empty.
    mutating func endRow(_ row: Int, _ failures: inout Failures) {
        if isFull || rows.data.count > ExpressionLimits.columnBytes {
            let message =
                isFull
                ? "the text is longer than \(ExpressionLimits.textBytes) bytes"
                : "the texts of one batch take more than \(ExpressionLimits.columnBytes) bytes"
            failures.add(row, .limitExceeded, message)
            rows.abandonRow()
        }
        rows.endRow()
        start = rows.data.count
    }

    /// Drops what the row has so far; `endRow` still closes it.
    mutating func abandonRow() { rows.abandonRow() }
}

extension KernelInput {
    /// A text column made row by row; null rows stay empty and `body` is not called for them.
    @inline(__always)
    func makeTexts(
        bytes: Int, _ failures: inout Failures, _ body: (Int, inout TextOutput, inout Failures) -> Void
    ) -> Column {
        var output = TextOutput(rows: rowCount, bytes: bytes)
        for row in 0..<rowCount {
            if isValid(row) { body(row, &output, &failures) }
            output.endRow(row, &failures)
        }
        return .texts(output.rows)
    }

    /// A text column from the text in argument 0.
    @inline(__always)
    func mapTexts(_ failures: inout Failures, _ body: (UnsafeBufferPointer<UInt8>, Int, inout TextOutput, inout Failures) -> Void) -> Column
    {
        let source = self[0].column.rows
        let stride = self[0].stride
        return source.withReader { texts in
            makeTexts(bytes: source.data.count, &failures) { row, output, failures in
                body(texts[row &* stride], row, &output, &failures)
            }
        }
    }

    /// An int64 column from the text in argument 0.
    @inline(__always)
    func mapTextsToIntegers(_ body: (UnsafeBufferPointer<UInt8>, Int) -> Int) -> Column {
        let stride = self[0].stride
        return self[0].column.rows.withReader { texts in
            .integers((0..<rowCount).map { isValid($0) ? Int64(body(texts[$0 &* stride], $0)) : 0 })
        }
    }

    /// A boolean column from the text in argument 0.
    @inline(__always)
    func mapTextsToBooleans(_ body: (UnsafeBufferPointer<UInt8>, Int) -> Bool) -> Column {
        let stride = self[0].stride
        return self[0].column.rows.withReader { texts in
            .booleans(ComparisonKernel.packed(rowCount) { isValid($0) && body(texts[$0 &* stride], $0) })
        }
    }

    /// A boolean column from the texts in arguments 0 and 1.
    @inline(__always)
    func mapTextPairsToBooleans(_ body: (UnsafeBufferPointer<UInt8>, UnsafeBufferPointer<UInt8>) -> Bool) -> Column {
        let stride = self[1].stride
        return self[1].column.rows.withReader { others in mapTextsToBooleans { body($0, others[$1 &* stride]) } }
    }

    /// The int64 values of an argument.
    func integers(_ argument: Int) -> IntegerArgument {
        IntegerArgument(values: self[argument].column.int64s, stride: self[argument].stride)
    }

    /// Calls `body` with the text of an argument in a row.
    @inline(__always)
    func withText<Result>(_ argument: Int, _ row: Int, _ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
        self[argument].column.rows.withRow(row &* self[argument].stride, body)
    }
}

/// The int64 values of an argument, by row of the frame.
struct IntegerArgument {
    let values: [Int64]
    let stride: Int

    @inline(__always) subscript(row: Int) -> Int64 { values[row &* stride] }
}
