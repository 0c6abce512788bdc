import SluiceCore
import SluicePipelines

/// Files are read whole, in the order in which they were changed last, those of a table in the order in which they came; one that was read is
/// not read again, unless it was changed and the source has `changed_files: read`.
extension FileSource: IncrementalSource {
    func slice(after positions: SourcePositions, _ request: SliceRequest) async throws -> SourceSlice? {
        var new: [InputFile] = []
        var changed: [InputFile] = []
        let settled = WallClock.system.nowMicros() - ConnectorLimits.settleMicros
        var hasUnfinished = false
        let files = try await listed()
        for file in files {
            let known = positions[ExactText(file.path)]
            if known == file.version { continue }
            if known != nil, changedFiles == .leave {
                changed.append(file)
            } else if request.leavesUnfinished, !file.isObject, file.modifiedMicros > settled {
                // An object, in contrast, is there as a whole or not at all.
                hasUnfinished = true
            } else {
                new.append(file)
            }
        }
        if let table, !new.isEmpty { try table.refuseReplaced(positions, files) }
        // The listing is sorted by path, and sorting keeps that order among equals.
        new.sort { $0.modifiedMicros < $1.modifiedMicros }
        var bytes: Int64 = 0
        let taken = new.prefix { file in
            defer { bytes += file.byteCount }
            return bytes == 0 || bytes + file.byteCount <= request.limitBytes
        }
        let notices = changed.prefix(ConnectorLimits.listedNames).map {
            "\($0.shown.quotedForMessage) was changed after it was read; it is not read again (changed_files: read reads it as a whole)"
        }
        guard !taken.isEmpty else {
            notices.forEach(request.note)
            return nil
        }
        try examined?.admit(taken)
        if positions.isEmpty, taken.count == files.count { try examined?.checkColumnsRemain(files) }
        let reached = Dictionary(taken.map { (ExactText($0.path), $0.version) }) { $1 }
        return SourceSlice(
            source: with(Array(taken)), openSplits: [], isLast: taken.count == new.count && !hasUnfinished,
            notices: notices, reached: { reached })
    }

    func checkIncremental() throws(SluiceError) { try table?.refuseMerged() }

    /// What the patterns name now, or the table has; nothing is no error here.
    private func listed() async throws(SluiceError) -> [InputFile] {
        if let table { return try await table.filesByAge() }
        guard let patterns else { return files }
        do throws(SluiceError) {
            return try await FileListing.files(patterns.texts, in: patterns.directory, patterns.site)
        } catch {
            guard error.code == .fileNotFound else { throw error }
            return []
        }
    }
}

extension FileSource: RenewableSource {
    func renewed() async throws -> any Source {
        try await slice(after: [:], SliceRequest(limitBytes: .max, leavesUnfinished: false))?.source ?? self
    }
}

extension InputFile {
    /// Tells a file that was written anew from the one that was read: `<bytes> <time of the last change in microseconds>`, of an object
    /// `<bytes> <ETag>`.
    var version: [UInt8] { Array("\(byteCount) \(etag.isEmpty ? String(modifiedMicros) : etag)".utf8) }
}
