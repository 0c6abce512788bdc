/// The front of an input, which chooses options; what is behind it is the file to read.
package struct Choices {
    private let bytes: [UInt8]
    private var position = 0

    package init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// A number below `count`; 0 when the input is used up.
    package mutating func number(below count: Int) -> Int {
        guard position < bytes.count else { return 0 }
        defer { position += 1 }
        return Int(bytes[position]) % count
    }

    package mutating func one<Element>(of elements: [Element]) -> Element { elements[number(below: elements.count)] }

    /// The text up to the next line end, which is taken, too.
    package mutating func line() -> String {
        let end = bytes[position...].firstIndex(of: 0x0A) ?? bytes.count
        defer { position = min(end + 1, bytes.count) }
        return String(decoding: bytes[position..<end], as: UTF8.self)
    }

    /// What was not used.
    package var rest: [UInt8] { Array(bytes[position...]) }
}
