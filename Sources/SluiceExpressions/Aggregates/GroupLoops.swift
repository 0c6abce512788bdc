import SluiceCore

/// The loops that all states run over: nulls are skipped a word at a time, and no element is checked twice.
enum GroupLoops {
    /// Calls `body` with each row that is not null. `body` is inlined, so it costs no call.
    @inline(__always)
    static func forEachValid(_ validity: Bitmap?, count: Int, _ body: (Int) -> Void) {
        guard let validity else {
            for row in 0..<count { body(row) }
            return
        }
        validity.words.withUnsafeBufferPointer { words in
            for index in 0..<words.count {
                let word = words[index]
                let base = index &<< 6
                if word == .max {
                    for row in base..<base &+ 64 { body(row) }
                } else {
                    var rest = word
                    while rest != 0 {
                        body(base &+ rest.trailingZeroBitCount)
                        rest &= rest &- 1
                    }
                }
            }
        }
    }

    /// Calls `body` with the group and value of each row that is not null.
    @inline(__always)
    static func forEachValue<Element>(
        _ values: [Element], _ validity: Bitmap?, _ groups: [Int32], _ body: (Int, Element) -> Void
    ) {
        precondition(values.count == groups.count, "there are \(values.count) values for \(groups.count) rows")
        values.withUnsafeBufferPointer { values in
            groups.withUnsafeBufferPointer { groups in
                forEachValid(validity, count: values.count) { row in
                    body(Int(groups[unchecked: row]), values[unchecked: row])
                }
            }
        }
    }
}

extension UnsafeBufferPointer {
    /// An element of which the caller knows that it is there.
    @inline(__always) subscript(unchecked index: Int) -> Element { baseAddress.unsafelyUnwrapped[index] }
}

extension Array {
    /// Makes the array `count` long, if it is shorter.
    mutating func grow(to count: Int, _ element: Element) {
        if count > self.count { append(contentsOf: repeatElement(element, count: count - self.count)) }
    }

    /// The elements at `positions`.
    func taken(_ positions: [Int32]) -> [Element] { positions.map { self[Int($0)] } }
}
