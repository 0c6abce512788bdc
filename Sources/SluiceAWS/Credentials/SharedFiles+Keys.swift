package import SluiceCore

extension SharedFiles {
    /// The secrets of all sections of a credentials file by their access keys, for a server that checks signatures.
    ///
    /// - Throws: `fileNotFound`; `noCredentials` for a file that is none, and for one without a key.
    package static func keys(_ path: String) throws(SluiceError) -> [String: String] {
        guard let text = try read(path) else { throw SluiceError(.fileNotFound, "there is no file \(path.quotedForMessage)") }
        var keys: [String: String] = [:]
        for section in try ProfileFile(parsing: text, path: path).sections.values {
            if let key = section["aws_access_key_id"], let secret = section["aws_secret_access_key"] { keys[key] = secret }
        }
        guard !keys.isEmpty else {
            throw SluiceError(
                .noCredentials, "no section of the file has a key", at: .file(path: path),
                remedy: "write aws_access_key_id = … and aws_secret_access_key = … below a [name]")
        }
        return keys
    }
}
