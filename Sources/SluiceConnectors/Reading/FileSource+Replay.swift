import SluiceCore
import SluiceFormats
import SluicePipelines

extension FileSource: ReplayableSource {
    func decoder(ofRecordsAt place: SourceLocation, columns: [String]) async throws -> (any PayloadDecoder)? {
        guard case .file(let path, _, _) = place, let file = files.first(where: { $0.shown == path || $0.path == path }),
            file.isObject || DiskFiles.kind(of: file.location) != nil
        else { return nil }
        do {
            return try decoder(envelope: try await envelope(of: SourceSplit(id: file.path, bytes: nil)), columns: columns)
        } catch let error as SluiceError where error.code == .invalidOption {
            return nil
        }
    }
}
