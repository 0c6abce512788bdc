import Glibc
import SluiceCore
import SluiceLog
import Synchronization

/// Files that kill the process at one of their operations, before it, after it, or in the middle of a write.
final class KillingFiles: LogFiles {
    private let disk = DiskLogFiles()
    /// Operations left; the process ends with the one that finds 0.
    private let left: Mutex<Int>
    private let moment: Moment

    enum Moment: Int, CaseIterable, Sendable { case before, within, after }

    init(after operations: Int, _ moment: Moment) {
        left = Mutex(operations)
        self.moment = moment
    }

    func open(_ path: String) throws(SluiceError) -> any LogFile {
        try during { () throws(SluiceError) in File(killer: self, file: try disk.open(path)) }
    }

    func syncDirectory(_ path: String) throws(SluiceError) {
        try during { () throws(SluiceError) in try disk.syncDirectory(path) }
    }

    private func during<Result>(
        half: () -> Void = {}, _ operation: () throws(SluiceError) -> Result
    ) throws(SluiceError) -> Result {
        let isLast = left.withLock { left in
            left -= 1
            return left == -1
        }
        guard isLast else { return try operation() }
        switch moment {
        case .before: break
        case .within: half()
        case .after: _ = try operation()
        }
        kill(getpid(), SIGKILL)
        while true { pause() }
    }

    private struct File: LogFile {
        let killer: KillingFiles
        let file: any LogFile

        func write(_ bytes: UnsafeRawBufferPointer, at place: Int) throws(SluiceError) {
            try killer.during(
                half: { try? file.write(UnsafeRawBufferPointer(rebasing: bytes[..<(bytes.count / 2)]), at: place) }
            ) { () throws(SluiceError) in try file.write(bytes, at: place) }
        }

        func sync() throws(SluiceError) { try killer.during { () throws(SluiceError) in try file.sync() } }
        func startStoring(_ range: Range<Int>) { file.startStoring(range) }

        func reserve(_ range: Range<Int>) throws(SluiceError) {
            try killer.during(half: { try? file.reserve(range.lowerBound..<(range.lowerBound + range.count / 2)) }) {
                () throws(SluiceError) in try file.reserve(range)
            }
        }

        func allocate(_ range: Range<Int>) throws(SluiceError) {
            try killer.during { () throws(SluiceError) in try file.allocate(range) }
        }

        func truncate(to byteCount: Int) throws(SluiceError) {
            try killer.during { () throws(SluiceError) in try file.truncate(to: byteCount) }
        }
    }
}
