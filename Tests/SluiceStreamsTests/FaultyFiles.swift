import SluiceCore
import SluiceStreams
import Synchronization

/// A disk that fails on demand: the next write stores only part of the bytes, or the next sync fails.
final class FaultyFiles: LogFiles {
    enum Fault: Hashable, Sendable, CaseIterable {
        case write, sync, writeAndTruncate
    }

    private let armed = Mutex<Fault?>(nil)
    private let disk = DiskLogFiles()

    func arm(_ fault: Fault) { armed.withLock { $0 = fault } }

    func open(_ path: String) throws(SluiceError) -> any LogFile { File(disk: self, file: try disk.open(path)) }
    func syncDirectory(_ path: String) throws(SluiceError) { try disk.syncDirectory(path) }

    private func takes(_ faults: Set<Fault>, keeping next: Fault? = nil) -> Bool {
        armed.withLock { fault in
            guard let now = fault, faults.contains(now) else { return false }
            fault = next
            return true
        }
    }

    private struct File: LogFile {
        let disk: FaultyFiles
        let file: any LogFile

        func write(_ bytes: UnsafeRawBufferPointer, at place: Int) throws(SluiceError) {
            let truncates = disk.armed.withLock { $0 == .writeAndTruncate }
            guard disk.takes([.write]) || truncates else { return try file.write(bytes, at: place) }
            try file.write(UnsafeRawBufferPointer(rebasing: bytes[0..<(bytes.count / 2)]), at: place)
            throw SluiceError(.diskFull, "no space left")
        }

        func sync() throws(SluiceError) {
            if disk.takes([.sync]) { throw SluiceError(.ioFailure, "input/output error") }
            try file.sync()
        }

        func startStoring(_ range: Range<Int>) { file.startStoring(range) }
        func reserve(_ range: Range<Int>) throws(SluiceError) { try file.reserve(range) }

        func truncate(to byteCount: Int) throws(SluiceError) {
            if disk.takes([.writeAndTruncate]) { throw SluiceError(.ioFailure, "input/output error") }
            try file.truncate(to: byteCount)
        }
    }
}
