import Glibc
import SluiceCore

/// A fresh directory that is removed with the value.
final class TemporaryDirectory: Sendable {
    let path: String

    init() throws {
        var template = Array("\(getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp")/sluice-connectors-XXXXXX".utf8CString)
        guard let made = mkdtemp(&template) else { throw SluiceError.system(errno, cannot: "create directory", "sluice-connectors") }
        path = String(cString: made)
    }

    deinit { try? DiskFiles.removeTree(path) }

    /// Writes a file, with the directories above it; its path below this directory.
    @discardableResult
    func write(_ text: String, to name: String) throws -> String { try write(Array(text.utf8), to: name) }

    @discardableResult
    func write(_ bytes: [UInt8], to name: String) throws -> String {
        let target = path + "/" + name
        try DiskFiles.createDirectories(DiskFiles.parent(of: target))
        try DiskFiles.writeAtomically(bytes, to: target)
        return name
    }

    func read(_ name: String) throws -> String { String(decoding: try DiskFiles.read(path + "/" + name), as: UTF8.self) }

    /// Paths of all files below, sorted, hidden ones included.
    func files(_ below: String = "") throws -> [String] {
        let place = below.isEmpty ? path : path + "/" + below
        return try DiskFiles.list(place).flatMap { name -> [String] in
            let inner = below.isEmpty ? name : below + "/" + name
            return DiskFiles.kind(of: path + "/" + inner) == .directory ? try files(inner) : [inner]
        }
    }
}

/// The error that `body` throws; nil if it throws none.
func sluiceError(_ body: () throws -> Void) -> SluiceError? {
    do {
        try body()
        return nil
    } catch {
        return error as? SluiceError
    }
}

func sluiceError(_ body: () async throws -> Void) async -> SluiceError? {
    do {
        try await body()
        return nil
    } catch {
        return error as? SluiceError
    }
}
