import SluiceCore

/// A node of a bound expression: knows its type and computes its values for all rows of a frame at once.
protocol BoundNode: Sendable {
    var type: DataType { get }
    var isNullable: Bool { get }
    /// Nodes directly below.
    var children: [any BoundNode] { get }
    /// A column in the result is flat: it has no dictionaries.
    func evaluate(_ frame: Frame) -> Vector
}

extension BoundNode {
    /// The value that all rows have; nil where it depends on the row.
    var constant: Column? { (self as? ConstantNode)?.value }
}

/// The same value for every row.
struct ConstantNode: BoundNode {
    /// One row.
    let value: Column
    var type: DataType { value.type }
    var isNullable: Bool { value.isNull(0) }
    var children: [any BoundNode] { [] }
    func evaluate(_ frame: Frame) -> Vector { Vector(column: value, isConstant: true) }

    static func null(_ type: DataType) -> ConstantNode { ConstantNode(value: .nulls(type, count: 1)) }
}

/// A constant subexpression that fails, such as `1 / 0`: it fails for each row that reaches it.
struct FailingNode: BoundNode {
    let type: DataType
    let error: RowError
    var isNullable: Bool { true }
    var children: [any BoundNode] { [] }

    func evaluate(_ frame: Frame) -> Vector {
        var failures = frame.failures
        frame.activeRows.forEachSet { failures.add($0, error) }
        return Vector(column: .nulls(type, count: frame.rowCount), errors: failures.errors)
    }
}

struct ColumnNode: BoundNode {
    let index: Int
    let type: DataType
    let isNullable: Bool
    var children: [any BoundNode] { [] }
    func evaluate(_ frame: Frame) -> Vector { Vector(column: frame.column(index).flattened) }
}

/// The parameter of a lambda.
struct ParameterNode: BoundNode {
    /// Of the lambda; the outermost has 1.
    let depth: Int
    let type: DataType
    var isNullable: Bool { true }
    var children: [any BoundNode] { [] }
    func evaluate(_ frame: Frame) -> Vector { Vector(column: frame.parameter(depth).flattened) }
}

/// What a kernel works on.
struct KernelInput {
    let arguments: [Vector]
    /// Rows in which no argument is null, for kernels that are null when an argument is; nil for all.
    let validity: Bitmap?
    let rowCount: Int

    @inline(__always) func isValid(_ row: Int) -> Bool { validity.map { $0[row] } ?? true }
    subscript(index: Int) -> Vector { arguments[index] }
}

/// Computes a column of the node's type, one row for each row of the frame; failed rows may hold anything.
typealias Kernel = @Sendable (KernelInput, inout Failures) -> Column

/// An operator or function whose arguments are all evaluated for all rows.
struct KernelNode: BoundNode {
    let type: DataType
    let isNullable: Bool
    let arguments: [any BoundNode]
    /// Null wherever an argument is null; the kernel need not look.
    let propagatesNull: Bool
    let kernel: Kernel
    /// What it takes out of its first argument, where that is all that it reads of it.
    var part: TakenPart?
    var children: [any BoundNode] { arguments }

    init(_ type: DataType, _ arguments: [any BoundNode], propagatesNull: Bool = true, makesNull: Bool = false, kernel: @escaping Kernel) {
        self.type = type
        self.arguments = arguments
        self.propagatesNull = propagatesNull
        self.kernel = kernel
        isNullable = makesNull || (propagatesNull && arguments.contains { $0.isNullable })
    }

    func evaluate(_ frame: Frame) -> Vector {
        var failures = frame.failures
        var validity: Bitmap?
        let vectors = arguments.map { argument in
            let vector = argument.evaluate(frame)
            failures.merge(vector.errors)
            if propagatesNull { validity = intersection(validity, vector.validity(frame.rowCount)) }
            return vector
        }
        let result = kernel(KernelInput(arguments: vectors, validity: validity, rowCount: frame.rowCount), &failures)
        return Vector(column: result.masked(validity).nulling(failures.errors), errors: failures.errors)
    }
}

extension BoundNode {
    /// The node as a constant where it has no rows to depend on.
    ///
    /// Its children are folded before it, so it is enough to look one level down.
    func folded() -> any BoundNode {
        guard !children.isEmpty, children.allSatisfy({ $0 is ConstantNode }) else { return self }
        // One row, with the constants as columns of one row, so that kernels need no path for "all constant".
        let result = evaluate(Frame(rowCount: 1))
        if let error = result.errors[0] { return FailingNode(type: type, error: error) }
        let value = result.spread(1)
        if let long = LongTextNode(value) { return long }
        if type.isNested, value.byteCount > ExpressionLimits.nestedConstantBytes {
            let message = "a constant of \(value.byteCount) bytes is over the limit of \(ExpressionLimits.nestedConstantBytes)"
            return FailingNode(type: type, error: RowError(.limitExceeded, message))
        }
        return ConstantNode(value: value)
    }
}
