import SluiceCore
import Synchronization

/// Writes a file under a hidden name beside its place, and puts it there whole: synced, renamed, and the directory synced.
final class FileSink: ObjectSink {
    private let files: any FileOperations
    private let path: String
    private let staged: String
    /// Of the staged file; nil once it was published or dropped.
    private let descriptor: Mutex<Int32?>

    private static let counter = Atomic<Int>(0)

    init(path: String, process: Int32, files: any FileOperations) throws(SluiceError) {
        self.files = files
        self.path = path
        let number = Self.counter.wrappingAdd(1, ordering: .relaxed).newValue
        staged = DiskFiles.parent(of: path) + "/.sluice-\(process)-\(number).tmp"
        do throws(SystemFailure) {
            descriptor = Mutex(try files.create(staged))
        } catch {
            throw error.error(cannot: "create", path)
        }
    }

    deinit { abandon() }

    func write(_ bytes: UnsafeRawBufferPointer) throws(SluiceError) {
        let descriptor = opened()
        var rest = bytes
        do throws(SystemFailure) {
            while !rest.isEmpty { rest = UnsafeRawBufferPointer(rebasing: rest[try files.write(descriptor, rest)...]) }
        } catch {
            throw error.error(cannot: "write", path)
        }
    }

    func finish() throws(SluiceError) {
        let descriptor = opened()
        do throws(SystemFailure) {
            try files.sync(descriptor)
            try files.rename(staged, path)
        } catch {
            abandon()
            throw error.error(cannot: "write", path)
        }
        self.descriptor.withLock { $0 = nil }
        files.close(descriptor)
        do throws(SystemFailure) {
            try files.syncDirectory(DiskFiles.parent(of: path))
        } catch {
            throw error.error(cannot: "sync the directory of", path)
        }
    }

    func abandon() {
        let descriptor = descriptor.withLock { state -> Int32? in
            defer { state = nil }
            return state
        }
        guard let descriptor else { return }
        files.close(descriptor)
        try? files.remove(staged)
    }

    private func opened() -> Int32 {
        guard let descriptor = descriptor.withLock({ $0 }) else { preconditionFailure("nothing is written after finish or abandon") }
        return descriptor
    }
}
