import FoundationEssentials
import Glibc
import SluiceCatalog
package import SluiceCore

/// What the running pipelines of a state directory tell of themselves.
package struct LiveDirectory: Sendable {
    let path: String

    package init(home: String) { path = home + "/live" }

    /// Figures of the runs whose processes are there, by pipeline; what others left behind is removed.
    package func running() throws(SluiceError) -> [LiveFigures] {
        guard DiskFiles.kind(of: path) == .directory else { return [] }
        var found: [LiveFigures] = []
        for name in try DiskFiles.list(path).sorted() where name.hasSuffix(".json") {
            // A file that is just being removed, or that another version wrote, is no figure.
            guard let figures = read(name) else { continue }
            if figures.process.isRunning { found.append(figures) } else { unlink(path + "/" + name) }
        }
        return found
    }

    /// Removes what processes left behind that were killed.
    func removeLeftovers() {
        _ = try? running()
        for name in (try? DiskFiles.list(path)) ?? [] where name.hasSuffix(Self.stagedSuffix) {
            let parts = name.split(separator: ".").dropLast(2)
            if let process = parts.last.flatMap({ Int32($0) }), kill(process, 0) != 0 { unlink(path + "/" + name) }
        }
    }

    private static let stagedSuffix = ".tmp"

    private func read(_ name: String) -> LiveFigures? {
        guard let bytes = try? DiskFiles.read(path + "/" + name), bytes.count <= LiveLimits.fileBytes else { return nil }
        return try? JSONDecoder().decode(LiveFigures.self, from: Data(bytes))
    }

    func file(of pipeline: String, process: Int32) -> String { "\(path)/\(pipeline).\(process).json" }

    func write(_ figures: LiveFigures, to file: String) throws {
        let staged = file + Self.stagedSuffix
        try DiskFiles.createDirectories(path)
        let descriptor = open(staged, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw SluiceError.system(errno, cannot: "create", staged) }
        var isInPlace = false
        defer {
            close(descriptor)
            if !isInPlace { unlink(staged) }
        }
        // Renamed and not synced: after a power cut nobody runs.
        try DiskFiles.write(Array(JSONEncoder().encode(figures)), to: descriptor, path: staged)
        isInPlace = rename(staged, file) == 0
        guard isInPlace else { throw SluiceError.system(errno, cannot: "put in place", file) }
    }
}
