import SluiceCore
import SluicePipelines

/// Files are read whole, in the order in which they were changed last; one that was read is not read again.
extension FileSource: IncrementalSource {
    func slice(after positions: SourcePositions, _ request: SliceRequest) async throws -> SourceSlice? {
        var new: [InputFile] = []
        var changed: [InputFile] = []
        let settled = WallClock.system.nowMicros() - ConnectorLimits.settleMicros
        var hasUnfinished = false
        for file in try await listed() {
            if let known = positions[ExactText(file.path)] {
                if known != file.version { changed.append(file) }
            } else if request.leavesUnfinished, file.modifiedMicros > settled {
                hasUnfinished = true
            } else {
                new.append(file)
            }
        }
        // The listing is sorted by path, and sorting keeps that order among equals.
        new.sort { $0.modifiedMicros < $1.modifiedMicros }
        var bytes: Int64 = 0
        let taken = new.prefix { file in
            defer { bytes += file.byteCount }
            return bytes == 0 || bytes + file.byteCount <= request.limitBytes
        }
        guard !taken.isEmpty else { return nil }
        let reached = Dictionary(taken.map { (ExactText($0.path), $0.version) }) { $1 }
        return SourceSlice(
            source: with(Array(taken)), openSplits: [], isLast: taken.count == new.count && !hasUnfinished,
            notices: changed.prefix(ConnectorLimits.listedNames).map {
                "\($0.shown.quotedForMessage) was changed after it was read; it is not read again"
            }, reached: { reached })
    }

    /// What the patterns name now; nothing is no error here.
    private func listed() async throws(SluiceError) -> [InputFile] {
        guard let patterns else { return files }
        do throws(SluiceError) {
            return try await FileListing.files(patterns.texts, in: patterns.directory)
        } catch {
            guard error.code == .fileNotFound else { throw error }
            return []
        }
    }
}

extension InputFile {
    /// Tells a file that was written anew from the one that was read: `<bytes> <time of the last change in microseconds>`.
    fileprivate var version: [UInt8] { Array("\(byteCount) \(modifiedMicros)".utf8) }
}
