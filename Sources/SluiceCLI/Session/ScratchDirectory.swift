import Glibc
import SluiceCore

/// A directory for a moment, under the system's one for temporary files.
struct ScratchDirectory: Sendable {
    let path: String

    /// Where temporary files go.
    static var parent: String { Environment.value("TMPDIR").flatMap { $0.isEmpty ? nil : $0 } ?? "/tmp" }

    init() throws(SluiceError) {
        let parent = Self.parent
        var template = Array("\(parent)/sluice-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw .system(errno, cannot: "create a directory in", parent) }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    func remove() { try? DiskFiles.removeTree(path) }
}
