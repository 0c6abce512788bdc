import Glibc
import SluiceCore

/// What a process tells to the jobs behind it: lines `NAME=VALUE` in the file that `SLUICE_PROPERTIES` names.
enum RunProperties {
    /// - Returns: The last value of each name, and how many lines are none; nothing where there is no such file.
    static func read(log: String) -> (values: [String: String], unreadable: Int) {
        let path = RunLogs.propertiesPath(log: log)
        guard let count = DiskFiles.byteCount(of: path), count <= SchedulerLimits.propertyBytes else {
            return ([:], DiskFiles.byteCount(of: path) == nil ? 0 : 1)
        }
        guard let bytes = try? DiskFiles.read(path) else { return ([:], 0) }
        return parse(String(decoding: bytes, as: UTF8.self))
    }

    static func parse(_ text: String) -> (values: [String: String], unreadable: Int) {
        var values: [String: String] = [:]
        var unreadable = 0
        for line in text.split(whereSeparator: \.isNewline) {
            let parts = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, isName(parts[0]), values.count < SchedulerLimits.properties || values[String(parts[0])] != nil else {
                unreadable += 1
                continue
            }
            values[String(parts[0])] = String(parts[1])
        }
        return (values, unreadable)
    }

    private static func isName(_ text: Substring) -> Bool {
        guard let first = text.first, first.isLetter || first == "_" else { return false }
        return text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "_.-".contains($0)) }
    }

    /// A name as a part of the name of a variable.
    static func variable(_ name: String) -> String {
        String(name.uppercased().map { $0.isLetter || $0.isNumber ? $0 : "_" })
    }
}
