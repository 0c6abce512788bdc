import Glibc
package import SluiceCatalog

extension DatasetName {
    /// What an end of a pipeline reads or writes.
    ///
    /// - Parameter directory: Relative paths start here.
    package init(_ end: EndDefinition, in directory: String) {
        let main = (try? end.options.strings(end.connector)) ?? []
        switch end.connector {
        case "table": self.init(kind: "table", name: main.first.flatMap { try? TableName(parsing: $0).description } ?? main.joined())
        case "files": self.init(kind: "files", name: main.map { Self.absolute($0, in: directory) }.joined(separator: ", "))
        case "sqlite":
            let table = (try? end.options.string("table")) ?? "query"
            self.init(kind: end.connector, name: main.map { Self.absolute($0, in: directory) }.joined() + " " + table)
        case "postgresql":
            let table = (try? end.options.string("table")) ?? "query"
            self.init(kind: end.connector, name: (main + [table]).filter { !$0.isEmpty }.joined(separator: " "))
        default: self.init(kind: end.connector, name: main.joined(separator: ", "))
        }
    }

    /// A path without `.` and `..`, from the root where it can be told; what has a scheme stays as it is.
    package static func absolute(_ path: String, in directory: String) -> String {
        if path.contains("://") { return path }
        var joined = path
        if !joined.hasPrefix("/") { joined = directory + "/" + joined }
        if !joined.hasPrefix("/"), let working = workingDirectory { joined = working + "/" + joined }
        var parts: [Substring] = []
        for part in joined.split(separator: "/") where part != "." {
            if part == "..", parts.last.map({ $0 != ".." }) == true { parts.removeLast() } else { parts.append(part) }
        }
        return (joined.hasPrefix("/") ? "/" : "") + parts.joined(separator: "/")
    }

    private static var workingDirectory: String? {
        guard let buffer = getcwd(nil, 0) else { return nil }
        defer { free(buffer) }
        return String(cString: buffer)
    }
}
