import SluiceCatalog
import SluicePipelines
import Synchronization

/// What writers of a sink have staged in memory, until its run commits or is abandoned.
final class StagedChunks: Sendable {
    /// By the path that the file would have.
    private let staged = Mutex<[String: [UInt8]]>([:])

    func keep(_ path: String, _ bytes: [UInt8]) { staged.withLock { $0[path] = bytes } }

    func removeAll() { staged.withLock { $0.removeAll() } }

    /// What a commit has to record of a writer's records, which are taken out.
    func publication(of file: StagedFile, for target: Publication.Target) -> Publication {
        let bytes = staged.withLock { $0.removeValue(forKey: file.stagedPath) }
        return Publication(
            target, content: bytes.map { .bytes($0) } ?? .file(file.stagedPath), byteCount: file.byteCount, rowCount: file.rowCount)
    }
}
