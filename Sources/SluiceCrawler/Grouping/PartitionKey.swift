import SluiceCore
import SluiceFormats
import SluiceStorage

/// A level of folders that is a column: `key=value` gives the name, otherwise it is `partition_0` and so on.
struct PartitionKey: Hashable, Sendable {
    var name: String
    /// Of all its values.
    var type: DataType
    /// The key in the folders' names, where it had to be renamed.
    var folderName: String?

    /// Keys and each file's values for files that lie equally deep below a folder.
    ///
    /// - Parameters:
    ///   - folders: of each file, those below the table's folder; all of one length.
    ///   - columns: names that the files' own columns have.
    static func keys(_ folders: [ArraySlice<String>], besides columns: [String]) -> (keys: [PartitionKey], values: [[String?]]) {
        let depth = folders.first?.count ?? 0
        var keys: [PartitionKey] = []
        var values = [[String?]](repeating: [], count: folders.count)
        var taken = Set(columns.map { $0.lowercased() })
        for level in 0..<depth {
            let parts = folders.map { $0[$0.startIndex + level] }
            let named = parts.map(split)
            let key = named.first.flatMap { $0?.key }
            let isNamed = key != nil && named.allSatisfy { $0?.key == key }
            let texts: [String?] = isNamed ? named.map { $0?.text } : parts
            for (index, text) in texts.enumerated() { values[index].append(text) }
            let wanted = isNamed ? key ?? "" : "partition_\(level)"
            let name = free(wanted, &taken)
            keys.append(PartitionKey(name: name, type: type(texts), folderName: isNamed && name != wanted ? wanted : nil))
        }
        return (keys, values)
    }

    /// The key and value of a folder's name.
    private static func split(_ folder: String) -> PartitionValue? { HivePath.values(in: folder + "/file").first }

    /// A name that no other column has, whatever its letter case: engines such as Hive and Athena do not tell them apart.
    private static func free(_ name: String, _ taken: inout Set<String>) -> String {
        var found = name
        if taken.contains(found.lowercased()) { found = "partition_" + name }
        var number = 1
        while !taken.insert(found.lowercased()).inserted {
            found = "partition_\(name)_\(number)"
            number += 1
        }
        return found
    }

    /// int64 or date where all values are such as they are written; otherwise a string.
    static func type(_ texts: [String?]) -> DataType {
        let present = texts.compactMap { $0 }
        guard !present.isEmpty else { return .string }
        if present.allSatisfy(isPlainInteger) { return .int64 }
        return present.allSatisfy({ Array($0.utf8).withUnsafeBufferPointer { TimeText.date($0) } != nil }) ? .date : .string
    }

    private static func isPlainInteger(_ text: String) -> Bool {
        guard text.utf8.count <= FormatLimits.inferredIntegerDigits, let value = Int64(text) else { return false }
        return String(value) == text
    }
}
