import Glibc
import SluiceCore
import SluiceLog
import Synchronization
import Testing

/// A disk that can lose its power: of what was written since a file's last sync, each sector of 512 bytes is there afterwards or not, by chance.
///
/// Sizes and names are kept as they are: a journal keeps them, and what a file has behind its synced part is taken for zeros.
final class PowerCutFiles: LogFiles {
    static let sectorBytes = 512

    private struct State {
        /// What sectors held at the last sync, of those written since, by file and sector.
        var unsynced: [String: [Int: [UInt8]]] = [:]
        var isCut = false
    }

    private let state = Mutex(State())
    private let disk = DiskLogFiles()

    func open(_ path: String) throws(SluiceError) -> any LogFile {
        try checkPower()
        return File(disk: self, path: path, file: try disk.open(path))
    }

    func syncDirectory(_ path: String) throws(SluiceError) {
        try checkPower()
        try disk.syncDirectory(path)
    }

    /// Cuts the power: nothing is written any more, and unsynced sectors are what they were or what they became.
    func cut(using random: inout some RandomNumberGenerator) throws {
        let lost = state.withLock { state in
            state.isCut = true
            return state.unsynced
        }
        for (path, sectors) in lost.sorted(by: { $0.key < $1.key }) {
            let descriptor = Glibc.open(path, O_WRONLY)
            // Recycled or removed meanwhile: the new name has its own sectors.
            guard descriptor >= 0 else { continue }
            defer { close(descriptor) }
            for (sector, before) in sectors.sorted(by: { $0.key < $1.key }) where Bool.random(using: &random) {
                #expect(pwrite(descriptor, before, before.count, off_t(sector * Self.sectorBytes)) == before.count)
            }
        }
    }

    fileprivate func checkPower() throws(SluiceError) {
        if state.withLock({ $0.isCut }) { throw SluiceError(.ioFailure, "the power is off") }
    }

    private struct File: LogFile {
        let disk: PowerCutFiles
        let path: String
        let file: any LogFile

        func write(_ bytes: UnsafeRawBufferPointer, at place: Int) throws(SluiceError) {
            try changing(place..<(place + bytes.count)) { () throws(SluiceError) in try file.write(bytes, at: place) }
        }

        func reserve(_ range: Range<Int>) throws(SluiceError) {
            try changing(range) { () throws(SluiceError) in try file.reserve(range) }
        }

        func sync() throws(SluiceError) {
            // In one step: a cut comes before the sync or after it.
            try disk.state.withLock { state throws(SluiceError) in
                if state.isCut { throw SluiceError(.ioFailure, "the power is off") }
                try file.sync()
                state.unsynced[path] = nil
            }
        }

        func startStoring(_ range: Range<Int>) {}

        func truncate(to byteCount: Int) throws(SluiceError) {
            try disk.checkPower()
            try file.truncate(to: byteCount)
            disk.state.withLock { state in
                state.unsynced[path] = state.unsynced[path]?.filter { $0.key * PowerCutFiles.sectorBytes < byteCount }
            }
        }

        /// Notes what the sectors held before; a cut in the middle of `body` finds either.
        private func changing(_ range: Range<Int>, _ body: () throws(SluiceError) -> Void) throws(SluiceError) {
            let size = PowerCutFiles.sectorBytes
            var failure: SluiceError?
            disk.state.withLock { state in
                guard !state.isCut else {
                    failure = SluiceError(.ioFailure, "the power is off")
                    return
                }
                let descriptor = Glibc.open(path, O_RDONLY)
                defer { close(descriptor) }
                for sector in (range.lowerBound / size)...((range.upperBound - 1) / size) where state.unsynced[path]?[sector] == nil {
                    var before = [UInt8](repeating: 0, count: size)
                    // Behind the file's end are zeros.
                    _ = pread(descriptor, &before, size, off_t(sector * size))
                    state.unsynced[path, default: [:]][sector] = before
                }
                do throws(SluiceError) { try body() } catch { failure = error }
            }
            if let failure { throw failure }
        }
    }
}
