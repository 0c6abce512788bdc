import SluiceCore
import SluiceFormats
import SluicePipelines

extension FileSource: ReplayableSource {
    func header(ofRecordsAt place: SourceLocation) -> FileHeader? {
        guard readsHeader, let file = file(at: place), let envelope = try? envelope(of: file) else { return nil }
        return FileHeader(columns: envelope.layout.columns, version: String(decoding: file.version, as: UTF8.self))
    }

    /// Records of a file that was written anew are decoded by the header that stood above them, in the dialect that the file has today; not at
    /// all where that header lacks a declared column.
    func decoder(ofRecordsAt place: SourceLocation, _ header: FileHeader?, columns: [String]) async throws -> (any PayloadDecoder)? {
        guard let file = file(at: place), file.isObject || DiskFiles.kind(of: file.location) != nil else { return nil }
        var envelope: FileEnvelope
        do {
            envelope = try self.envelope(of: file)
        } catch {
            guard error.code == .invalidOption else { throw error }
            return nil
        }
        if let header, file.version != Array(header.version.utf8), header.columns != envelope.layout.columns, readsHeader {
            guard hasDeclared(in: header.columns) else { return nil }
            envelope.layout.columns = header.columns
        }
        return try decoder(envelope, columns: columns)
    }

    private func file(at place: SourceLocation) -> InputFile? {
        guard case .file(let path, _, _) = place else { return nil }
        return files.first { $0.shown == path || $0.path == path }
    }
}
