import Glibc
import SluiceCore
@testable import SluiceLog
import Synchronization

/// A disk that fails on demand: the next write stores only part of the bytes, or the next sync fails; or it says nothing and stores other
/// bytes than it was given.
final class FaultyFiles: LogFiles {
    enum Fault: Hashable, Sendable, CaseIterable {
        case write, sync, writeAndTruncate
    }

    /// How a new segment cannot be begun.
    enum RollFault: Hashable, Sendable, CaseIterable {
        case open, truncate, syncDirectory
    }

    /// What a disk does without saying so.
    enum Lie: Hashable, Sendable, CaseIterable {
        /// One bit in the middle of the next write is another one.
        case flippedBit
        /// The second half of the next write is not stored.
        case tornPage
    }

    private let armed = Mutex<Fault?>(nil)
    private let disk = DiskLogFiles()

    private let armedRoll = Mutex<RollFault?>(nil)
    private let armedLie = Mutex<Lie?>(nil)
    /// Called before each sync of a segment.
    private let beforeSync = Mutex<(@Sendable () -> Void)?>(nil)
    /// Nothing can be written behind what there is: a full disk.
    private let isFull = Mutex(false)

    func arm(_ fault: Fault) { armed.withLock { $0 = fault } }
    func arm(_ fault: RollFault) { armedRoll.withLock { $0 = fault } }
    /// Nothing fails any more that was to.
    func disarm() {
        armed.withLock { $0 = nil }
        armedRoll.withLock { $0 = nil }
    }
    func onNextSync(_ body: @escaping @Sendable () -> Void) { beforeSync.withLock { $0 = body } }
    func arm(_ lie: Lie) { armedLie.withLock { $0 = lie } }
    func setFull(_ full: Bool) { isFull.withLock { $0 = full } }

    func open(_ path: String) throws(SluiceError) -> any LogFile {
        if path.hasSuffix(".segment"), takes(.open) { throw SluiceError(.diskFull, "no space left") }
        return File(disk: self, file: try disk.open(path))
    }

    func syncDirectory(_ path: String) throws(SluiceError) {
        if takes(.syncDirectory) { throw SluiceError(.ioFailure, "input/output error") }
        try disk.syncDirectory(path)
    }

    private func takes(_ fault: RollFault) -> Bool {
        armedRoll.withLock { armed in
            defer { if armed == fault { armed = nil } }
            return armed == fault
        }
    }

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
            if bytes.count > SequenceMark.byteCount {
                if disk.isFull.withLock({ $0 }) { throw .system(ENOSPC, cannot: "write", "segment") }
                if let lie = disk.armedLie.withLock({ $0.take() }) { return try tell(lie, bytes, at: place) }
            }
            let truncates = disk.armed.withLock { $0 == .writeAndTruncate }
            guard disk.takes([.write]) || truncates else { return try file.write(bytes, at: place) }
            try file.write(UnsafeRawBufferPointer(rebasing: bytes[0..<(bytes.count / 2)]), at: place)
            throw SluiceError(.diskFull, "no space left")
        }

        func sync() throws(SluiceError) {
            disk.beforeSync.withLock { $0.take() }?()
            if disk.takes([.sync]) { throw SluiceError(.ioFailure, "input/output error") }
            try file.sync()
        }

        func startStoring(_ range: Range<Int>) { file.startStoring(range) }

        func reserve(_ range: Range<Int>) throws(SluiceError) {
            if disk.isFull.withLock({ $0 }) { throw .system(ENOSPC, cannot: "write", "segment") }
            try file.reserve(range)
        }

        private func tell(_ lie: Lie, _ bytes: UnsafeRawBufferPointer, at place: Int) throws(SluiceError) {
            var stored = Array(bytes)
            switch lie {
            case .flippedBit: stored[stored.count / 2] ^= 4
            case .tornPage: stored.removeLast(stored.count / 2)
            }
            var failure: SluiceError?
            stored.withUnsafeBytes { raw in
                do throws(SluiceError) { try file.write(raw, at: place) } catch { failure = error }
            }
            if let failure { throw failure }
        }

        func truncate(to byteCount: Int) throws(SluiceError) {
            if byteCount == 0, disk.takes(.truncate) { throw SluiceError(.ioFailure, "input/output error") }
            if disk.takes([.writeAndTruncate]) { throw SluiceError(.ioFailure, "input/output error") }
            try file.truncate(to: byteCount)
        }
    }
}
