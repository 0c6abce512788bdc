import Glibc
import Synchronization

/// The secrets that this process has read: texts that must be in nothing that it prints, logs or keeps. Whatever does any of these asks here.
///
/// They belong to the process and not to a run, because no run may show those of another.
package enum KnownSecrets {
    /// What stands for a secret.
    package static let mask = "***"
    /// A shorter text cannot be hidden: too much else would be hidden with it.
    package static let minimumBytes = 4
    /// Lines of a secret of several lines are hidden by themselves from this length on.
    private static let minimumLineBytes = 8

    /// As bytes, the longest first.
    private static let texts = Mutex<[[UInt8]]>([])

    /// From now on the text is hidden, as it is and as SQL, JSON, XML, addresses and base64 write it.
    package static func add(_ text: String) {
        guard text.utf8.count >= minimumBytes else { return }
        let lines = text.split(whereSeparator: \.isNewline).map(String.init).filter { $0.utf8.count >= minimumLineBytes }
        let forms = ([text] + lines).reduce(into: Set<String>()) { $0.formUnion(SecretForms.all($1)) }
        texts.withLock { texts in
            for form in forms.map({ Array($0.utf8) }) where !texts.contains(form) { texts.append(form) }
            texts.sort { $0.count > $1.count }
        }
    }

    /// The text with `mask` for each secret in it.
    package static func masked(_ text: String) -> String {
        let secrets = texts.withLock { $0 }
        guard !secrets.isEmpty else { return text }
        let bytes = Array(text.utf8)
        let hidden = masked(bytes, secrets)
        return hidden.count == bytes.count && hidden == bytes ? text : String(decoding: hidden, as: UTF8.self)
    }

    package static func masked(_ bytes: [UInt8]) -> [UInt8] {
        let secrets = texts.withLock { $0 }
        return secrets.isEmpty ? bytes : masked(bytes, secrets)
    }

    /// The error with no secret in its texts.
    package static func masked(_ error: SluiceError) -> SluiceError {
        guard texts.withLock({ !$0.isEmpty }) else { return error }
        var copy = error
        copy.message = masked(error.message)
        copy.remedy = error.remedy.map { masked($0) }
        if case .file(let path, let line, let column) = error.location {
            copy.location = .file(path: masked(path), line: line, column: column)
        }
        if let cause = error.underlying as? SluiceError { copy.underlying = masked(cause) }
        return copy
    }

    /// The value with no secret in its texts.
    package static func masked(_ value: Value) -> Value {
        guard texts.withLock({ !$0.isEmpty }) else { return value }
        switch value {
        case .string(let text): return .string(masked(text))
        case .list(let values): return .list(values.map { masked($0) })
        case .structure(let members): return .structure(members.map { .init(masked($0.name), masked($0.value)) })
        case .map(let entries): return .map(entries.map { .init(masked($0.key), masked($0.value)) })
        default: return value
        }
    }

    private static func masked(_ bytes: [UInt8], _ secrets: [[UInt8]]) -> [UInt8] {
        var bytes = bytes
        for secret in secrets where bytes.count >= secret.count {
            var start = 0
            while let place = find(secret, in: bytes, from: start) {
                bytes.replaceSubrange(place..<(place + secret.count), with: mask.utf8)
                start = place + mask.utf8.count
            }
        }
        return maskedAtCuts(bytes, secrets)
    }

    /// An excerpt may end, or begin, in the middle of a secret: what of it stands before or behind the mark of a cut is hidden, too.
    private static func maskedAtCuts(_ whole: [UInt8], _ secrets: [[UInt8]]) -> [UInt8] {
        let cut = Array("…".utf8)
        var bytes = whole
        var start = 0
        while let place = find(cut, in: bytes, from: start) {
            start = place + cut.count
            let behind = secrets.lazy.map { tail(of: $0, in: bytes, at: place + cut.count) }.max() ?? 0
            if behind > 0 { bytes.replaceSubrange(start..<(start + behind), with: mask.utf8) }
            let before = secrets.lazy.map { head(of: $0, in: bytes, before: place) }.max() ?? 0
            guard before > 0 else { continue }
            bytes.replaceSubrange((place - before)..<place, with: mask.utf8)
            start += mask.utf8.count - before
        }
        return bytes
    }

    /// How many bytes before the place begin the secret; 0 for fewer than can be hidden.
    private static func head(of secret: [UInt8], in bytes: [UInt8], before place: Int) -> Int {
        let longest = min(secret.count - 1, place)
        guard longest >= minimumBytes else { return 0 }
        return (minimumBytes...longest).reversed().first { bytes[(place - $0)..<place].elementsEqual(secret[..<$0]) } ?? 0
    }

    /// How many bytes from the place on end the secret; 0 for fewer than can be hidden.
    private static func tail(of secret: [UInt8], in bytes: [UInt8], at place: Int) -> Int {
        let longest = min(secret.count - 1, bytes.count - place)
        guard longest >= minimumBytes else { return 0 }
        return (minimumBytes...longest).reversed().first { bytes[place..<(place + $0)].elementsEqual(secret.suffix($0)) } ?? 0
    }

    private static func find(_ secret: [UInt8], in bytes: [UInt8], from start: Int) -> Int? {
        bytes.withUnsafeBytes { bytes in
            guard let base = bytes.baseAddress else { return nil }
            var place = start
            while bytes.count - place >= secret.count,
                let found = memchr(base + place, Int32(secret[0]), bytes.count - secret.count + 1 - place)
            {
                if memcmp(found, secret, secret.count) == 0 { return UnsafeRawPointer(found) - base }
                place = UnsafeRawPointer(found) - base + 1
            }
            return nil
        }
    }
}
