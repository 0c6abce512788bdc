import Glibc
import SluiceCore

/// Reads definitions from disk, with the limits that text from anybody needs.
enum DefinitionFile {
    /// - Throws: `fileNotFound`, `unreadable`, `limitExceeded` or `malformedYAML` (no UTF-8), each placed at the file.
    static func read(_ path: String) throws(SluiceError) -> String {
        let place = SourceLocation.file(path: path)
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT || errno == ENOTDIR {
                throw SluiceError(
                    .fileNotFound, "there is no definition \(path.quotedForMessage)", at: place,
                    remedy: "check the path; definitions usually live in pipelines/NAME.yaml")
            }
            throw unreadable(place)
        }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            if count < 0 { throw unreadable(place) }
            if count == 0 { break }
            bytes.append(contentsOf: buffer[..<count])
            if bytes.count > DefinitionLimits.textBytes { throw tooLong(place) }
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw SluiceError(.malformedYAML, "the definition is not UTF-8 text", at: place, remedy: "save the file as UTF-8")
        }
        return text
    }

    static func tooLong(_ place: SourceLocation) -> SluiceError {
        SluiceError(
            .limitExceeded, "the definition is longer than \(DefinitionLimits.textBytes) bytes", at: place,
            remedy: "is this a pipeline's definition? data belongs into files that a source reads")
    }

    private static func unreadable(_ place: SourceLocation) -> SluiceError {
        let reason = String(cString: strerror(errno))
        return SluiceError(
            .unreadable, "the definition cannot be read: \(reason)", at: place, remedy: "check that it is a file and its permissions")
    }

    /// The folder part of a path; `.` for a bare name.
    static func directory(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }
}
