/// The files below a directory with their bytes: two snapshots are equal when nothing was added, removed or changed.
package struct FileSnapshot: Equatable, CustomStringConvertible {
    private let files: [String: [UInt8]]

    package init(of directory: String) throws {
        var files: [String: [UInt8]] = [:]
        for name in TemporaryDirectory.files(below: directory) {
            files[name] = try TemporaryDirectory.bytes(of: directory + "/" + name)
        }
        self.files = files
    }

    package var names: [String] { files.keys.sorted() }
    package var isEmpty: Bool { files.isEmpty }

    /// Names and sizes, for a message of a failed expectation.
    package var description: String { names.map { "\($0) (\(files[$0]?.count ?? 0) bytes)" }.joined(separator: "\n") }
}
