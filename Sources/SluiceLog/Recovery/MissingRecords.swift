import SluiceCore

/// Numbers of a shard's records that damage took, in the file `missing` of its directory: known after the damage was set aside, too.
///
/// A line `first end` for each range, in decimal; ascending, and apart.
struct MissingRecords {
    private(set) var ranges: [Range<UInt64>] = []

    /// What a file holds; nothing where there is none. A line that is no range says nothing.
    init(path: String) {
        guard let content = try? DiskFiles.read(path) else { return }
        for line in content.split(separator: UInt8(ascii: "\n")) {
            let numbers = line.split(separator: UInt8(ascii: " ")).map { UInt64(String(decoding: $0, as: UTF8.self)) }
            if numbers.count == 2, let first = numbers[0], let end = numbers[1], first < end { insert(first..<end) }
        }
    }

    /// Adds a range; those that touch become one.
    mutating func insert(_ range: Range<UInt64>) {
        guard !range.isEmpty else { return }
        let touching = ranges.filter { $0.lowerBound <= range.upperBound && range.lowerBound <= $0.upperBound }
        let whole = touching.reduce(range) { min($0.lowerBound, $1.lowerBound)..<max($0.upperBound, $1.upperBound) }
        ranges.removeAll { touching.contains($0) }
        ranges.insert(whole, at: ranges.firstIndex { $0.lowerBound > whole.lowerBound } ?? ranges.endIndex)
    }

    func write(to path: String) throws(SluiceError) {
        try DiskFiles.writeAtomically(ranges.map { "\($0.lowerBound) \($0.upperBound)\n" }.joined().utf8, to: path)
    }

    /// The ranges, as far as they are within another.
    func clamped(to range: Range<UInt64>) -> [Range<UInt64>] { ranges.map { $0.clamped(to: range) }.filter { !$0.isEmpty } }
}
