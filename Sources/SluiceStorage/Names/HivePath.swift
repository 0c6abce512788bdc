package import SluiceCore

/// Directories that name a partition: `key=value`, with the characters that file systems and Hive reserve written as `%XX`.
///
/// The set of characters that are escaped is Hive's (`FileUtils.escapePathName`), so that Spark, Athena, DuckDB and pyarrow read the same
/// values back.
package enum HivePath {
    /// How the directory of a null value is called.
    package static let nullText = "__HIVE_DEFAULT_PARTITION__"
    private static let reserved = Set("\"#%'*/:=?\\{[]^".utf8)

    /// `key=value` for one column; nil is null.
    ///
    /// - Throws: `limitExceeded` when the name would be longer than a file system allows.
    package static func directory(_ key: String, _ value: String?) throws(SluiceError) -> String {
        let name = escaped(key) + "=" + text(value)
        guard name.utf8.count <= StorageLimits.partBytes else {
            throw SluiceError(
                .limitExceeded, "a partition's directory would have a name of \(name.utf8.count) bytes: \(name.quotedForMessage)",
                remedy: "partition by a column with shorter values; a name has at most \(StorageLimits.partBytes) bytes")
        }
        return name
    }

    /// A value as it stands behind the `=`.
    package static func text(_ value: String?) -> String {
        guard let value else { return nullText }
        // A text that looks like null's name is told apart by one escaped character.
        return value == nullText ? "%5F" + nullText.dropFirst() : escaped(value)
    }

    package static func escaped(_ text: String) -> String {
        if !text.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F || reserved.contains($0) }) { return text }
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            if byte < 0x20 || byte == 0x7F || reserved.contains(byte) {
                bytes.append(UInt8(ascii: "%"))
                bytes.append(hexDigit(byte >> 4))
                bytes.append(hexDigit(byte & 15))
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func hexDigit(_ value: UInt8) -> UInt8 { value < 10 ? 0x30 + value : 0x37 + value }

    /// What `%XX` stands for; a `%` that is not followed by two hexadecimal digits is text, and so is an escape that makes no valid UTF-8.
    package static func unescaped(_ text: String) -> String {
        guard text.utf8.contains(UInt8(ascii: "%")) else { return text }
        let source = Array(text.utf8)
        var bytes: [UInt8] = []
        var index = 0
        while index < source.count {
            if source[index] == UInt8(ascii: "%"), index + 2 < source.count,
                let byte = Hexadecimal.byte(source[index + 1], source[index + 2])
            {
                bytes.append(byte)
                index += 3
            } else {
                bytes.append(source[index])
                index += 1
            }
        }
        return String(validating: bytes, as: UTF8.self) ?? text
    }

    /// The partition values that a path's directories name, in order; where a key stands twice, the inner one counts. The file's own name is
    /// no directory.
    package static func values(in path: String) -> [PartitionValue] {
        var values: [PartitionValue] = []
        for component in path.split(separator: "/").dropLast() {
            guard let equals = component.firstIndex(of: "="), equals > component.startIndex else { continue }
            let key = unescaped(String(component[..<equals]))
            let text = String(component[component.index(after: equals)...])
            values.removeAll { $0.key == key }
            values.append(PartitionValue(key: key, text: text == nullText ? nil : unescaped(text)))
        }
        return values
    }
}

/// One column's value for all rows of a file.
package struct PartitionValue: Hashable, Sendable {
    package var key: String
    /// Nil: null.
    package var text: String?

    package init(key: String, text: String?) {
        self.key = key
        self.text = text
    }
}
