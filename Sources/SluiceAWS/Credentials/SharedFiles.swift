package import SluiceCore

/// Reads the files that all AWS programs of a person share.
package enum SharedFiles {
    /// The text of a file; nil where there is none.
    ///
    /// - Throws: `noCredentials` for one that cannot be read, is too long, or is no text.
    package static func read(_ path: String) throws(SluiceError) -> String? {
        let bytes: [UInt8]
        do throws(SluiceError) {
            bytes = try DiskFiles.read(path)
        } catch {
            if error.code == .fileNotFound { return nil }
            throw SluiceError(.noCredentials, error.message, at: .file(path: path), remedy: error.remedy, underlying: error)
        }
        guard bytes.count <= AWSLimits.configurationBytes, let text = String(validating: bytes, as: UTF8.self) else {
            throw SluiceError(
                .noCredentials, "the file is no UTF-8 text of at most \(AWSLimits.configurationBytes) bytes", at: .file(path: path))
        }
        return text
    }
}
