/// The least and greatest value of a page or column chunk, as statistics store them.
enum PageBounds: Sendable {
    /// Only nulls.
    case noValues
    /// Nothing is promised: there is a NaN, or no bound fits the permitted length.
    case unknown
    case known(least: Bound, most: Bound)

    /// A bound, and whether it is a value of the page rather than a shortened one.
    struct Bound: Sendable {
        var bytes: [UInt8]
        var isExact: Bool
    }
}

extension PageBounds {
    init<Value: FixedValue>(_ range: ValueRange<Value>, width: Int) {
        switch range {
        case .noValues: self = .noValues
        case .unknown: self = .unknown
        case .known(let least, let most):
            self = .known(
                least: Bound(bytes: least.plainBytes(width: width, isLeast: true), isExact: true),
                most: Bound(bytes: most.plainBytes(width: width, isLeast: false), isExact: true))
        }
    }

    /// Bounds of texts, of which long ones are shortened.
    init(_ range: BytesRange, isText: Bool) {
        switch range {
        case .noValues: self = .noValues
        case .known(let least, let most):
            guard let upper = BoundCutting.upper(most, isText: isText) else {
                self = .unknown
                return
            }
            self = .known(least: BoundCutting.lower(least, isText: isText), most: upper)
        }
    }
}

/// The least and greatest of some texts, by their bytes; they point into the columns.
enum BytesRange {
    case noValues
    case known(least: UnsafeRawBufferPointer, most: UnsafeRawBufferPointer)

    mutating func add(_ text: UnsafeRawBufferPointer) {
        guard case .known(let least, let most) = self else {
            self = .known(least: text, most: text)
            return
        }
        if BytesOrder.isLess(text, least) {
            self = .known(least: text, most: most)
        } else if BytesOrder.isLess(most, text) {
            self = .known(least: least, most: text)
        }
    }

    mutating func merge(_ other: BytesRange) {
        guard case .known(let least, let most) = other else { return }
        add(least)
        add(most)
    }
}
