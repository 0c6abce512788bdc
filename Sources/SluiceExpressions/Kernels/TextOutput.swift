import SluiceCore

/// Collects a text for each row, within the bounds of `ExpressionLimits`.
struct TextOutput {
    private var bytes: [UInt8] = []
    private var offsets: [Int32] = [0]
    private var start = 0
    /// Bytes that may be made in all; beyond them rows fail without being made.
    private let allowance: Int
    /// Bytes of rows that failed.
    private var wasted = 0

    /// - Parameter bytes: those of the texts that the output is made of; more are charged to the budget.
    init(rows: Int, bytes: Int, _ budget: TextBudget) {
        allowance = bytes + budget.left
        self.bytes.reserveCapacity(bytes)
        offsets.reserveCapacity(rows + 1)
    }

    /// The closed rows.
    var rows: ByteRows { ByteRows(offsets: offsets, data: bytes) }
    /// Bytes of the row so far.
    var length: Int { bytes.count - start }
    /// Bytes that were made so far, failed rows included.
    var made: Int { bytes.count + wasted }
    /// Whether the row is past a limit, so that no more needs to be written.
    var isFull: Bool { length > ExpressionLimits.textBytes || made > allowance }

    @inline(__always) mutating func append(_ more: UnsafeBufferPointer<UInt8>) { bytes.append(contentsOf: more) }
    @inline(__always) mutating func append(_ byte: UInt8) { bytes.append(byte) }
    mutating func append(_ text: String) { bytes.append(contentsOf: text.utf8) }
    mutating func append(_ more: [UInt8]) { bytes.append(contentsOf: more) }

    /// Appends a text several times over; short ones in blocks.
    mutating func append(_ text: UnsafeBufferPointer<UInt8>, times: Int) {
        if text.isEmpty { return }
        var left = times
        let copies = Self.blockBytes / text.count
        if copies > 1, left > copies {
            let block = [UInt8](Array(repeating: text, count: copies).joined())
            while left >= copies, !isFull {
                bytes.append(contentsOf: block)
                left -= copies
            }
        }
        while left > 0, !isFull {
            append(text)
            left -= 1
        }
    }

    private static let blockBytes = 4 << 10

    /// Appends a number in at least `width` digits.
    mutating func append(_ number: Int, width: Int) {
        if number < 0 { bytes.append(UInt8(ascii: "-")) }
        let magnitude = Int64(truncatingIfNeeded: number.magnitude)
        var power: Int64 = 10
        for _ in 1..<max(width, 1) {
            if magnitude < power { bytes.append(UInt8(ascii: "0")) }
            power *= 10
        }
        NumberText.append(magnitude, to: &bytes)
    }

    /// Closes the row; one that is too long fails and is empty.
    @inline(__always)
    mutating func endRow(_ row: Int, _ failures: inout Failures) {
        if isFull { refuse(row, &failures) }
        offsets.append(Int32(truncatingIfNeeded: bytes.count))
        start = bytes.count
    }

    /// Closes a row without a text.
    @inline(__always)
    mutating func skipRow() { offsets.append(Int32(truncatingIfNeeded: bytes.count)) }

    private mutating func refuse(_ row: Int, _ failures: inout Failures) {
        failures.add(
            row, .limitExceeded,
            length > ExpressionLimits.textBytes
                ? "the text is longer than \(ExpressionLimits.textBytes) bytes" : Self.batchComplaint)
        wasted += length
        bytes.removeLast(length)
    }

    static var batchComplaint: String {
        "the texts of one batch grow by more than \(ExpressionLimits.batchTextBytes) bytes in one expression"
    }
}

extension KernelInput {
    /// A text column made row by row; null rows stay empty and `body` is not called for them.
    @inline(__always)
    func makeTexts(
        bytes: Int, _ failures: inout Failures, _ body: (Int, inout TextOutput, inout Failures) -> Void
    ) -> Column {
        var output = TextOutput(rows: rowCount, bytes: bytes, failures.budget)
        for row in 0..<rowCount {
            guard isValid(row) else {
                output.skipRow()
                continue
            }
            body(row, &output, &failures)
            output.endRow(row, &failures)
        }
        failures.budget.spend(output.made - bytes)
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

    /// The texts of an argument.
    func texts(_ argument: Int) -> TextArgument {
        TextArgument(
            rows: self[argument].column.rows, stride: self[argument].stride,
            validity: self[argument].isConstant ? nil : self[argument].column.validity,
            isAlwaysNull: self[argument].isConstant && self[argument].isNull(0))
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

/// The texts of an argument, by row of the frame.
struct TextArgument {
    let rows: ByteRows
    let stride: Int
    let validity: Bitmap?
    let isAlwaysNull: Bool

    func isNull(_ row: Int) -> Bool { isAlwaysNull || validity.map { !$0[row] } ?? false }

    @inline(__always)
    func append(_ row: Int, to output: inout TextOutput) {
        let start = Int(rows.offsets[row &* stride])
        let end = Int(rows.offsets[row &* stride &+ 1])
        rows.data.withUnsafeBufferPointer { output.append(UnsafeBufferPointer(rebasing: $0[start..<end])) }
    }
}
