import SluiceServer

/// A range of bytes that is asked for. Source: RFC 9110, section 14.1.2; S3 answers one range.
enum ByteRange {
    /// Nil: all of it, also for a header that is none of one range, which is ignored.
    ///
    /// - Throws: `InvalidRange` for one behind the end.
    static func range(_ text: String?, of count: Int64) throws(ServiceFault) -> Range<Int64>? {
        guard let text, text.hasPrefix("bytes=") else { return nil }
        let parts = text.dropFirst("bytes=".count).split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, !text.contains(","), parts.allSatisfy({ $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }) else {
            return nil
        }
        let unsatisfiable = ServiceFault(
            416, "InvalidRange", "The requested range is not satisfiable", headers: HeaderFields([("Content-Range", "bytes */\(count)")]),
            details: [("RangeRequested", text), ("ActualObjectSize", "\(count)")])
        if parts[0].isEmpty {
            guard !parts[1].isEmpty else { return nil }
            let suffix = Int64(parts[1]) ?? .max
            guard suffix > 0, count > 0 else { throw unsatisfiable }
            return max(0, count - suffix)..<count
        }
        let first = Int64(parts[0]) ?? .max
        guard first < count else { throw unsatisfiable }
        let last = parts[1].isEmpty ? .max : Int64(parts[1]) ?? .max
        guard last >= first else { return nil }
        return first..<(min(last, count - 1) + 1)
    }
}
