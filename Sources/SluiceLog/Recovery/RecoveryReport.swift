import SluiceCore
package import SluiceStreams

/// What opening or verifying a stream found wrong and put right. Empty is the normal case.
package struct RecoveryReport: Hashable, Sendable {
    /// One thing that was found and put right.
    package struct Finding: Hashable, Sendable, CustomStringConvertible {
        /// What was found.
        package enum Kind: Hashable, Sendable {
            /// Bytes behind the last whole frame, of a write that a crash interrupted before it was acknowledged.
            case cutTail(bytes: Int)
            /// Damaged bytes among good frames: the good frames were kept in place, the segment as it was under another name.
            case quarantined(damagedBytes: Int, keptAs: String)
            /// Acknowledged records that are no longer there; their numbers are not given out again.
            case missing(Range<UInt64>)
            /// A segment that was set aside earlier lies there still; `segment` is its path.
            case lying(bytes: Int)
        }

        package var shard: ShardID
        package var segment: String
        package var kind: Kind

        package var description: String {
            switch kind {
            case .cutTail(let bytes): "\(shard): cut \(bytes) bytes of an interrupted write from \(segment.quotedName)"
            case .quarantined(let bytes, let name):
                "\(shard): set \(bytes) damaged bytes aside; the segment as it was is \(name.quotedName)"
            case .missing(let range):
                "\(shard): records \(range.lowerBound) to \(range.upperBound - 1) are missing: \(range.count) that damage took"
            case .lying(let bytes):
                "\(shard): a damaged segment of \(bytes) bytes, set aside earlier, lies in \(segment.quotedName); remove it when it is "
                    + "of no use any more"
            }
        }
    }

    package var findings: [Finding] = []

    package var isEmpty: Bool { findings.isEmpty }
    /// Whether acknowledged records were lost.
    package var lostRecords: Bool {
        findings.contains { if case .missing = $0.kind { true } else { false } }
    }

    /// The findings for somebody who asked for something else than the stream's health.
    package func notices(of stream: String) -> [String] { findings.map { "stream \"\(stream)\", \($0)" } }
}

extension String {
    /// A path for a message, whole, as somebody has to type it; control characters are escaped.
    fileprivate var quotedName: String {
        let scalars = unicodeScalars.map { $0.properties.generalCategory == .control ? $0.escaped(asASCII: false) : String($0) }
        return "\"" + scalars.joined() + "\""
    }
}
