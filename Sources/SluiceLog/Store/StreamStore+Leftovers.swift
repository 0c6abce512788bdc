import Glibc
import SluiceCore

// Directories of streams that are being made or removed have names that no stream has, with the process that does so.
extension StreamStore {
    /// Where a stream is until it is whole, or from its end on.
    ///
    /// - Parameter purpose: A word.
    func hiddenDirectory(_ purpose: String, _ tag: UInt64) -> String {
        "\(directory)/\(Self.hiddenPrefix)\(purpose)-\(getpid())-\(tag)"
    }

    /// Removes what processes left that were killed while they made or removed a stream. What cannot be removed stays for the next time.
    func removeLeftovers() {
        for name in (try? DiskFiles.list(directory)) ?? [] where name.hasPrefix(Self.hiddenPrefix) {
            let parts = name.split(separator: "-")
            guard parts.count == 3, let process = Int32(parts[1]), process > 0, kill(process, 0) != 0, errno == ESRCH else { continue }
            try? DiskFiles.removeTree(directory + "/" + name)
        }
    }
}
