/// A named value that holds for all records of a batch: where they came from, who produced them, how they are encoded.
package struct RecordHeader: Hashable, Sendable {
    package var name: String
    package var value: [UInt8]

    package init(_ name: String, _ value: [UInt8]) {
        self.name = name
        self.value = value
    }

    package init(_ name: String, text: String) { self.init(name, Array(text.utf8)) }
}
