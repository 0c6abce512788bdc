import SluiceCore

extension JSONLayout {
    /// The layout that a file's start shows: an array begins with its bracket; a first line that is no whole object, or more than one, is
    /// part of documents, if what comes behind it does not look like lines either.
    init(showing start: [UInt8]) {
        self = start.withUnsafeBufferPointer { bytes in
            guard let first = bytes.firstIndex(where: { $0 > 0x20 }) else { return .lines }
            if bytes[first] == UInt8(ascii: "[") { return .array }
            guard bytes[first] == UInt8(ascii: "{") else { return .lines }
            let text = UnsafeBufferPointer(rebasing: bytes[first...])
            let end = text.first(0x0A, from: 0)
            guard end < text.count else { return Self.object(in: text) == .more ? .documents : .lines }
            switch Self.object(in: UnsafeBufferPointer(rebasing: text[..<end])) {
            case .whole, .malformed: return .lines
            case .more: return .documents
            case .cut: break
            }
            // The first line may be a damaged one among whole ones.
            let next = UnsafeBufferPointer(rebasing: text[(end + 1)...])
            return Self.object(in: UnsafeBufferPointer(rebasing: next[..<next.first(0x0A, from: 0)])) == .whole ? .lines : .documents
        }
    }

    private enum Finding { case whole, more, cut, malformed }

    private static func object(in line: UnsafeBufferPointer<UInt8>) -> Finding {
        var reader = JSONReader(line)
        do throws(JSONFault) {
            guard try reader.peek() == UInt8(ascii: "{") else { return .malformed }
            try reader.skipValue(depth: 0)
        } catch {
            return error.reason == .cut ? .cut : .malformed
        }
        reader.skipSpace()
        guard reader.position < line.count else { return .whole }
        return line[reader.position] == UInt8(ascii: "{") ? .more : .malformed
    }
}
