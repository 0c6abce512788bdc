import SluiceSaaS
import SluiceServer

/// The keys of objects that a run puts into a bucket: prefix, flow, folders by version, run and time, folders of partitions, file.
struct OutputKeys {
    let bucket: FlowEnds.Bucket
    let flow: String
    let schemaVersion: Int64
    let execution: String
    /// When the run began, microseconds since 1970.
    let micros: Int64

    static func format(_ output: WireValue) -> String { (output["fileType"]?.string ?? "JSON").lowercased() }

    /// The folder of all runs of the flow.
    var folder: String { [bucket.prefix.split(separator: "/").joined(separator: "/"), flow].filter { !$0.isEmpty }.joined(separator: "/") }

    /// - Parameter path: Of the file below the folder that the run wrote: partitions, and the file's own name.
    func key(_ path: String) -> String {
        let config = bucket.properties["s3OutputFormatConfig"]?["prefixConfig"]
        var steps = [folder]
        for part in config?["pathPrefixHierarchy"]?.texts ?? [] {
            steps.append(part == "EXECUTION_ID" ? execution : "schema_version=\(schemaVersion)")
        }
        let type = config?["prefixType"]?.string
        let time = self.time(config?["prefixFormat"]?.string)
        if !time.isEmpty, type == "PATH" || type == "PATH_AND_FILENAME" { steps += time }
        var parts = path.split(separator: "/").map(String.init)
        let file = parts.removeLast()
        // What tells files of one run apart is in the name that the run gave.
        let own = file.hasPrefix("part-") ? String(file.dropFirst(5)) : file
        let front = !time.isEmpty && (type == "FILENAME" || type == "PATH_AND_FILENAME") ? time.joined(separator: "-") + "-" : ""
        return (steps + parts + ["\(front)\(execution)-\(own)"]).joined(separator: "/")
    }

    /// Year, month, day, hour and minute in UTC, down to the one that is named.
    private func time(_ format: String?) -> [String] {
        guard let format, let count = ["YEAR", "MONTH", "DAY", "HOUR", "MINUTE"].firstIndex(of: format) else { return [] }
        let text = CursorForm.time.shown(micros)
        let fields = text.split { "-T :".contains($0) }.map(String.init)
        return Array(fields.prefix(count + 1))
    }
}
