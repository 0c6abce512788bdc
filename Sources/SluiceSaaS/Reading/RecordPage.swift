/// The records of one page that were not read before.
package struct RecordPage: Sendable {
    package var bytes: [UInt8]
    package var records: [Range<Int>]
    /// Records of the page that were read before.
    package var repeated: Int

    package init(bytes: [UInt8], records: [Range<Int>], repeated: Int) {
        (self.bytes, self.records, self.repeated) = (bytes, records, repeated)
    }
}

/// What a request for a page has beside what is declared.
package struct PageTarget: Hashable, Sendable {
    /// An address that the last page gave; nil for the declared path.
    package var address: String?
    /// Whether the declared parameters go along.
    package var hasParameters = true
    /// The window's lower bound as the service reads it.
    package var since: String?
    /// The parameter that leads to the page, or that bounds the first.
    package var name: String?
    package var value: String?
    /// The place to go on at, instead of the lower bound.
    var keyset: ReadPosition.Keyset?
}
