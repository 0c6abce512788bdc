import SluiceCore

/// A text that is the same for every row, and so long that copies of it could take all memory.
struct LongTextNode: BoundNode {
    let text: [UInt8]
    /// Text or binary.
    let type: DataType
    var isNullable: Bool { true }
    var children: [any BoundNode] { [] }

    /// Nil for a column whose only row is no text, or a short one.
    init?(_ value: Column) {
        guard case .bytes(let rows) = value.storage, rows.data.count > ExpressionLimits.constantBytes else { return nil }
        text = rows.data
        type = value.type
    }

    func evaluate(_ frame: Frame) -> Vector {
        var failures = frame.failures
        let active = frame.activeRows
        let column = text.withUnsafeBufferPointer { text in
            KernelInput(arguments: [], validity: active, rowCount: frame.rowCount).makeTexts(bytes: 0, &failures) { _, output, _ in
                output.append(text)
            }
        }
        return Vector(column: Column(type, column.storage, validity: active).nulling(failures.errors), errors: failures.errors)
    }
}
