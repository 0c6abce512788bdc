/// Bounds of object storage; those that are the service's own are in S3's user guide, "Amazon S3 multipart upload limits".
package enum S3Limits {
    /// Bytes of a key.
    static let keyBytes = 1_024
    /// Keys of one page of a listing, and of one call that deletes.
    static let pageKeys = 1_000
    /// Bytes of an answer in XML: a page of the longest keys, encoded, with room.
    static let xmlBytes = 16 << 20
    /// Pages without a key that may follow one another.
    static let emptyPages = 1_000
    /// Bytes of a part of an upload, and of each part behind `smallParts`, so that an object may have 360 GiB.
    package static let partBytes = 8 << 20
    package static let largePartBytes = 64 << 20
    package static let smallParts = 5_000
    package static let parts = 10_000
    /// Parts that the process sends at a time.
    static let partsInFlight = 6
    /// Parts of one object that wait in memory.
    static let partsHeld = 3
    /// Bytes of one object, and of all objects of a listing together, that a service is believed: more than any has (S3: 50 TB), and so few that sums
    /// of them stay numbers.
    static let objectBytes: Int64 = 1 << 50
    static let listedBytes: Int64 = 1 << 58
    /// Bytes of a range that is asked for first, and of those that follow where an object is read in order: twice as many each time, up to a limit.
    static let firstRangeBytes = 256 << 10
    static let rangeBytes = 8 << 20
    /// Ranges of one object that are asked for ahead of its reader, once they are large.
    static let rangesAhead = 3
    static let aheadFromBytes = 2 << 20
    /// Bytes that are asked for at least where an object is read here and there, and that are kept of it.
    static let placeBytes = 64 << 10
    static let keptBytes = 1 << 20
    /// Bytes of an object that one call copies, and of a part of a larger one (S3: 5 GiB).
    static let copiedBytes = 5 << 30
    static let copiedPartBytes = 512 << 20
    /// How long a call may take: most, one that moves a part or a range, and one that completes an upload.
    static let callSeconds = 60
    static let transferSeconds = 180
    static let completionSeconds = 300
}
