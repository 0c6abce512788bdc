extension Column.Storage {
    /// - Parameter positions: each below `count`.
    func gather(_ positions: UnsafeBufferPointer<Int32>) -> Self {
        switch self {
        case .null: .null(positions.count)
        case .boolean(let bits): .boolean(bits.gather(unchecked: positions))
        case .int8(let values): .int8(taken(values, positions))
        case .int16(let values): .int16(taken(values, positions))
        case .int32(let values): .int32(taken(values, positions))
        case .int64(let values): .int64(taken(values, positions))
        case .float32(let values): .float32(taken(values, positions))
        case .float64(let values): .float64(taken(values, positions))
        case .decimal(let values): .decimal(taken(values, positions))
        case .bytes(let rows): .bytes(rows.gather(unchecked: positions))
        case .dictionary(let codes, let values): .encoded(taken(codes, positions), values)
        case .list(let offsets, let values):
            elements(offsets, positions) { .list(offsets: $0, values: values.gather(unchecked: $1)) }
        case .map(let offsets, let keys, let values):
            elements(offsets, positions) { .map(offsets: $0, keys: keys.gather(unchecked: $1), values: values.gather(unchecked: $1)) }
        case .structure(let columns, _): .structure(columns.map { $0.gather(unchecked: positions) }, count: positions.count)
        case .choice(let tags, let alternatives):
            .choice(tags: taken(tags, positions), alternatives: alternatives.map { $0.gather(unchecked: positions) })
        }
    }

    /// A dictionary, or its plain rows where the dictionary would be much larger than they are, so that few rows do not hold on to all of it.
    static func encoded(_ codes: [Int32], _ values: ByteRows) -> Self {
        if codes.count < values.count / 4 { return .bytes(codes.withUnsafeBufferPointer { values.gather(unchecked: $0) }) }
        return .dictionary(codes: codes, values: values)
    }
}

@inline(__always)
private func taken<Element: BitwiseCopyable>(_ values: [Element], _ positions: UnsafeBufferPointer<Int32>) -> [Element] {
    values.withUnsafeBufferPointer { source in
        [Element](unsafeUninitializedCapacity: positions.count) { target, count in
            for row in 0..<positions.count { target.initializeElement(at: row, to: source[Int(positions[row])]) }
            count = positions.count
        }
    }
}

/// Offsets for the lists at `positions` and the places of their elements.
private func elements(
    _ offsets: [Int32], _ positions: UnsafeBufferPointer<Int32>, _ make: ([Int32], UnsafeBufferPointer<Int32>) -> Column.Storage
) -> Column.Storage {
    var total = 0
    let newOffsets = [Int32](unsafeUninitializedCapacity: positions.count + 1) { target, count in
        target.initializeElement(at: 0, to: 0)
        for (row, position) in positions.enumerated() {
            total += Int(offsets[Int(position) + 1] - offsets[Int(position)])
            target.initializeElement(at: row + 1, to: Int32(truncatingIfNeeded: total))
        }
        count = positions.count + 1
    }
    precondition(total <= Int(Int32.max), "a list column has over 2^31 elements; batches are kept smaller")
    let places = [Int32](unsafeUninitializedCapacity: total) { target, count in
        for position in positions {
            for element in offsets[Int(position)]..<offsets[Int(position) + 1] {
                target.initializeElement(at: count, to: element)
                count += 1
            }
        }
    }
    return places.withUnsafeBufferPointer { make(newOffsets, $0) }
}
