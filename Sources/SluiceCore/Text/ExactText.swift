/// A text that equals another only if their UTF-8 bytes do.
///
/// `String` takes the composed and the decomposed `é` for one; names of files and values of data are two. So whatever tells names or values
/// apart by a table uses this as its key.
package struct ExactText: Hashable, Sendable {
    package let text: String

    package init(_ text: String) { self.text = text }

    package static func == (a: Self, b: Self) -> Bool { a.text.utf8.elementsEqual(b.text.utf8) }

    package func hash(into hasher: inout Hasher) {
        var count = 0
        // A native text is hashed at once; one that is not gives the same bytes one by one.
        let isDone: Void? = text.utf8.withContiguousStorageIfAvailable { bytes in
            hasher.combine(bytes: UnsafeRawBufferPointer(bytes))
            count = bytes.count
        }
        if isDone == nil {
            for byte in text.utf8 {
                withUnsafeBytes(of: byte) { hasher.combine(bytes: $0) }
                count += 1
            }
        }
        hasher.combine(count)
    }
}
