/// Something that pipelines read or write: a table, files, a stream.
package struct DatasetName: Hashable, Sendable, Codable, Comparable, CustomStringConvertible {
    /// The connector: `table`, `files`, `stream`, …
    package var kind: String
    /// `database.table`, absolute paths and patterns separated by `, `, a stream's name.
    package var name: String

    package init(kind: String, name: String) {
        self.kind = kind
        self.name = name
    }

    package var description: String { "\(kind) \(name)" }

    package static func < (a: Self, b: Self) -> Bool { (a.kind, a.name) < (b.kind, b.name) }

    /// Whether whoever reads this finds what was written to `output`: one name, or paths below a directory.
    package func finds(_ output: DatasetName) -> Bool {
        guard kind == output.kind else { return false }
        if name == output.name { return true }
        guard kind == "files" else { return false }
        return name.split(separator: ",").map { $0.drop { $0 == " " } }.contains { $0 == output.name || $0.hasPrefix(output.name + "/") }
    }
}
