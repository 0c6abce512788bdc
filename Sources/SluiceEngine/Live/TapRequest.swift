import FoundationEssentials
import Glibc
import SluiceCatalog
import SluiceCore

/// Somebody who wants to see rows of a running pipeline: a file `<home>/taps/<pipeline>.<process>.<looker>.json`. The run writes the rows, a
/// JSON object a line, into a file beside it whose name ends with `.rows`.
package struct TapRequest: Codable, Sendable {
    /// Index in the plan.
    package var step: Int
    /// Rows of each side.
    package var limit: Int
    /// Who looks.
    package var processID: Int32
    package var processStarted: String

    package init(step: Int, limit: Int) {
        self.step = step
        self.limit = limit
        let process = ProcessIdentity.current
        processID = process.processID
        processStarted = process.started
    }

    var looker: ProcessIdentity { ProcessIdentity(processID: processID, started: processStarted) }
}

/// The looking end: asks a run for rows and reads what it writes.
package final class TapClient {
    private let request: String
    private let rows: String
    private var position = 0

    /// - Parameter figures: Of the run to look at.
    package init(_ figures: LiveFigures, home: String, _ wanted: TapRequest) throws {
        let directory = home + "/taps"
        try DiskFiles.createDirectories(directory)
        let stem = "\(directory)/\(figures.pipeline).\(figures.processID).\(wanted.processID)"
        request = stem + ".json"
        rows = stem + ".rows"
        unlink(rows)
        try DiskFiles.writeAtomically(Array(JSONEncoder().encode(wanted)), to: request)
    }

    /// Ends the looking.
    deinit {
        unlink(request)
        unlink(rows)
    }

    /// The whole lines that came since the last call.
    package func next() throws -> [String] {
        let descriptor = open(rows, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return [] }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 1 << 16)
        var found: [UInt8] = []
        while true {
            let count = pread(descriptor, &bytes, bytes.count, off_t(position + found.count))
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw SluiceError.system(errno, cannot: "read", rows) }
            if count == 0 { break }
            found += bytes[..<count]
        }
        guard let end = found.lastIndex(of: UInt8(ascii: "\n")) else { return [] }
        position += end + 1
        return String(decoding: found[..<end], as: UTF8.self).split(separator: "\n").map(String.init)
    }
}

/// The running end: finds who wants to see rows, and writes them.
struct TapServer {
    private struct Open {
        var number: Int
        var rows: String
        var looker: ProcessIdentity
        var bytes = 0
    }

    private let directory: String
    private let prefix: String
    private let taps: StepTaps
    private var open: [String: Open] = [:]

    init(home: String, pipeline: String, process: Int32, taps: StepTaps) {
        directory = home + "/taps"
        prefix = "\(pipeline).\(process)."
        self.taps = taps
    }

    /// One look at what is asked for, and one writing of what was seen.
    mutating func serve() {
        let names = Set((try? DiskFiles.list(directory)) ?? []).filter { $0.hasPrefix(prefix) && $0.hasSuffix(".json") }
        for name in names where open[name] == nil {
            guard let bytes = try? DiskFiles.read(directory + "/" + name),
                let request = try? JSONDecoder().decode(TapRequest.self, from: Data(bytes)), request.looker.isRunning
            else {
                unlink(directory + "/" + name)
                continue
            }
            open[name] = Open(
                number: taps.add(step: request.step, limit: request.limit), rows: directory + "/" + name.dropLast(5) + ".rows",
                looker: request.looker)
        }
        for (name, tap) in open {
            if names.contains(name), tap.looker.isRunning, write(name) { continue }
            close(name)
        }
    }

    /// - Returns: Whether there may be more to write.
    private mutating func write(_ name: String) -> Bool {
        guard let tap = open[name] else { return false }
        let seen = taps.take(tap.number)
        var bytes: [UInt8] = []
        for row in seen.rows {
            Value.structure([.init("side", .string(row.side.rawValue)), .init("row", row.value)]).appendJSON(to: &bytes)
            bytes.append(UInt8(ascii: "\n"))
        }
        if !bytes.isEmpty {
            let descriptor = Glibc.open(tap.rows, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
            guard descriptor >= 0 else { return false }
            defer { Glibc.close(descriptor) }
            guard (try? DiskFiles.write(bytes, to: descriptor, path: tap.rows)) != nil else { return false }
            open[name]?.bytes += bytes.count
        }
        // A looker that reads nothing must not fill the disk.
        return (open[name]?.bytes ?? 0) < LiveLimits.tapFileBytes
    }

    private mutating func close(_ name: String) {
        guard let tap = open.removeValue(forKey: name) else { return }
        taps.remove(tap.number)
        if !tap.looker.isRunning {
            unlink(directory + "/" + name)
            unlink(tap.rows)
        }
    }

    mutating func end() { for name in open.keys { close(name) } }
}
