import SluiceCore
import SluiceServer

/// A body in `multipart/form-data` (RFC 7578), taken apart as it comes: fields, and then one file, whose bytes are handed on.
struct FormDecoder {
    enum Event: Hashable {
        case field(name: String, value: String)
        /// The file begins; its name may be empty.
        case file(name: String)
        case bytes([UInt8])
    }

    private enum State { case beforePart, behindDelimiter, head, field(String), file, done }

    /// CR LF and two hyphens before the boundary of the content type.
    private let delimiter: [UInt8]
    private var state = State.beforePart
    /// What is not decided yet. The first delimiter may be without its line end.
    private var held: [UInt8] = [13, 10]
    private var fieldBytes = 0

    static let broken = ServiceFault(
        400, "MalformedPOSTRequest", "The body of your POST request is not well-formed multipart/form-data.")

    /// - Throws: `MalformedPOSTRequest` for another content type, and one without a boundary.
    init(contentType: String) throws(ServiceFault) {
        let parameters = contentType.split(separator: ";").map { $0.drop { $0 == " " } }
        guard parameters.first?.lowercased() == "multipart/form-data",
            let text = parameters.first(where: { $0.lowercased().hasPrefix("boundary=") })?.dropFirst(9)
        else { throw Self.broken }
        let boundary = text.hasPrefix("\"") && text.hasSuffix("\"") ? text.dropFirst().dropLast() : text
        // RFC 2046, section 5.1.1: 1 to 70 characters.
        guard (1...70).contains(boundary.utf8.count) else { throw Self.broken }
        delimiter = Array("\r\n--\(boundary)".utf8)
    }

    /// Whether the file has ended; what follows it means nothing.
    var isDone: Bool { if case .done = state { true } else { false } }

    /// - Throws: `MalformedPOSTRequest`, also where the fields are longer than a form may be.
    mutating func take(_ bytes: some Sequence<UInt8>) throws(ServiceFault) -> [Event] {
        if isDone { return [] }
        held.append(contentsOf: bytes)
        var events: [Event] = []
        while try step(&events) {}
        return events
    }

    /// - Returns: Whether there may be more in what is held.
    private mutating func step(_ events: inout [Event]) throws(ServiceFault) -> Bool {
        switch state {
        case .beforePart:
            guard let end = try place(of: delimiter, upTo: S3ServiceLimits.formBytes) else { return false }
            held.removeFirst(end + delimiter.count)
            state = .behindDelimiter
        case .behindDelimiter:
            guard held.count >= 2 else { return false }
            // Two hyphens end the form, and it had no file.
            guard held[0] == 13, held[1] == 10 else { throw Self.broken }
            state = .head
        case .head:
            guard let end = try place(of: [13, 10, 13, 10], upTo: S3ServiceLimits.formHeadBytes) else { return false }
            let head = String(decoding: held[..<end], as: UTF8.self)
            held.removeFirst(end + 4)
            guard let (name, file) = Self.disposition(head) else { throw Self.broken }
            state = name.lowercased() == "file" ? .file : .field(name)
            if name.lowercased() == "file" { events.append(.file(name: file)) }
        case .field(let name):
            guard let end = try place(of: delimiter, upTo: S3ServiceLimits.formBytes - fieldBytes) else { return false }
            fieldBytes += name.utf8.count + end
            guard fieldBytes <= S3ServiceLimits.formBytes, let value = String(validating: held[..<end], as: UTF8.self) else {
                throw Self.broken
            }
            events.append(.field(name: name, value: value))
            held.removeFirst(end + delimiter.count)
            state = .behindDelimiter
        case .file:
            if let end = held.place(of: delimiter) {
                if end > 0 { events.append(.bytes(Array(held[..<end]))) }
                held = []
                state = .done
                return false
            }
            // Its last bytes may begin a delimiter.
            let count = held.count - delimiter.count + 1
            guard count > 0 else { return false }
            events.append(.bytes(Array(held[..<count])))
            held.removeFirst(count)
            return false
        case .done: return false
        }
        return true
    }

    /// Where a pattern begins in what is held; nil where it may come yet.
    ///
    /// - Throws: Where there are more than `limit` bytes before it, in whatever pieces they came.
    private func place(of pattern: [UInt8], upTo limit: Int) throws(ServiceFault) -> Int? {
        let end = held.place(of: pattern)
        guard end ?? (held.count - delimiter.count) <= limit else { throw Self.broken }
        return end
    }

    /// The names of the field and of its file that a part's head says; nil for a head without them.
    private static func disposition(_ head: String) -> (name: String, file: String)? {
        for line in head.split(separator: "\r\n") {
            guard let colon = line.firstIndex(of: ":"), line[..<colon].lowercased() == "content-disposition" else { continue }
            let text = line[line.index(after: colon)...]
            guard let name = parameter("name", of: text) else { return nil }
            return (name, parameter("filename", of: text) ?? "")
        }
        return nil
    }

    /// `name="value"`, with `\"` for quotes in it, as some clients write them; other backslashes are themselves, as in paths of Windows.
    private static func parameter(_ name: String, of text: Substring) -> String? {
        var rest = text
        while let semicolon = rest.firstIndex(of: ";") {
            rest = rest[rest.index(after: semicolon)...].drop { $0 == " " }
            guard rest.lowercased().hasPrefix(name + "=\"") else { continue }
            var value = ""
            for character in rest.dropFirst(name.count + 2) {
                if character != "\"" {
                    value.append(character)
                } else if value.last == "\\" {
                    value.removeLast()
                    value.append(character)
                } else {
                    return value
                }
            }
            return nil
        }
        return nil
    }
}

extension [UInt8] {
    /// Where a pattern, which begins with a carriage return, begins first.
    fileprivate func place(of pattern: [UInt8]) -> Int? {
        var start = startIndex
        while let place = self[start...].firstIndex(of: pattern[0]), place + pattern.count <= endIndex {
            if self[place..<(place + pattern.count)].elementsEqual(pattern) { return place }
            start = place + 1
        }
        return nil
    }
}
