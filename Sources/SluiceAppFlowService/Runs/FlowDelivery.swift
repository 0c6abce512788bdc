import Glibc
import SluiceBuckets
import SluiceCatalog
import SluiceCore
import SluiceServer

/// Brings what a run has committed into buckets of the port.
///
/// A file is in the flow's folder until its object is there. The key is made of the execution and of the name that the run gave the file, so a
/// delivery that was cut off puts the same object again when it goes on.
struct FlowDelivery: Sendable {
    private static let pieceBytes = 1 << 20

    let home: AppFlowHome
    let flow: FlowRecord
    let execution: ExecutionRecord

    /// - Returns: How many rows the destination refused.
    /// - Throws: `notFound` for a bucket that is gone, and what the disk throws. What is not delivered stays for the next execution.
    @concurrent func deliver() async throws -> Int64 {
        let ends = try home.ends(of: flow)
        let folders = home.folders(of: flow)
        if let bucket = ends.writesBucket {
            let keys = OutputKeys(
                bucket: bucket, flow: flow.name, schemaVersion: flow.schemaVersion, execution: execution.id,
                micros: execution.startedMicros)
            for path in try Self.files(in: folders.output) {
                try await put("\(folders.output)/\(path)", in: bucket.name, keys.key(path))
                try remove("\(folders.output)/\(path)")
            }
        }
        guard DiskFiles.kind(of: folders.refused) == .file, let bucket = ends.errorBucket else { return 0 }
        let parts = bucket.prefix.split(separator: "/").map(String.init) + [flow.name, "errors", execution.id + ".jsonl"]
        let rows = try await put(folders.refused, in: bucket.name, parts.joined(separator: "/"))
        try remove(folders.refused)
        return rows
    }

    /// Files that were committed, relative to their folder, in order; what runs are still writing is hidden.
    private static func files(in folder: String) throws(SluiceError) -> [String] {
        var found: [String] = []
        var folders = [""]
        while let next = folders.popLast() {
            guard DiskFiles.kind(of: folder + next) == .directory else { continue }
            for name in try DiskFiles.list(folder + next) where !name.hasPrefix(".") {
                let path = "\(next)/\(name)"
                if DiskFiles.kind(of: folder + path) == .directory { folders.append(path) } else { found.append(String(path.dropFirst())) }
            }
        }
        return found.sorted()
    }

    /// - Returns: Lines that the file has.
    @discardableResult
    private func put(_ path: String, in bucket: String, _ text: String) async throws -> Int64 {
        guard let key = ObjectKey(text) else {
            throw SluiceError(.invalidArgument, "\(text.quotedForMessage) is no key of an object: it has more than 1,024 bytes")
        }
        let source = try OpenFile(path: path)
        let file = home.buckets.newFile()
        var lines: Int64 = 0
        do throws(BucketFailure) {
            while true {
                let bytes = Self.read(source.descriptor)
                if bytes.isEmpty { break }
                for byte in bytes where byte == UInt8(ascii: "\n") { lines += 1 }
                try await home.buckets.append(bytes, to: file)
            }
            var traits = ObjectTraits()
            traits.headers = [ObjectTraits.Field("content-type", Self.type(of: text))]
            _ = try await home.buckets.put(bucket, key, file, traits)
        } catch {
            throw SluiceError(
                .ioFailure, "the bucket \(bucket.quotedForMessage) does not take an object: \(error.text)",
                remedy: "the next execution of the flow delivers it")
        }
        return lines
    }

    /// The next piece; none at the end.
    private static func read(_ descriptor: Int32) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: pieceBytes) { buffer, filled in
            filled = max(0, Glibc.read(descriptor, buffer.baseAddress, pieceBytes))
        }
    }

    private static func type(of key: String) -> String {
        if key.hasSuffix(".json") || key.hasSuffix(".jsonl") { return "application/x-ndjson" }
        return key.hasSuffix(".csv") ? "text/csv" : "application/octet-stream"
    }

    private func remove(_ path: String) throws(SluiceError) {
        guard unlink(path) == 0 || errno == ENOENT else { throw .system(errno, cannot: "remove", path) }
    }
}

extension AppFlowHome {
    /// Ends executions that an earlier server had begun: what they had committed is delivered.
    func resumeDeliveries() async throws {
        for flow in try flows() {
            for var execution in try executions(of: flow.name) where !execution.status.isEnded {
                let run = try catalog.runs(pipeline: flow.pipeline, limit: 1).first
                let isDone = run?.state == .succeeded && run.map { $0.startedMicros >= execution.startedMicros } == true
                do {
                    execution.refused = try await FlowDelivery(home: self, flow: flow, execution: execution).deliver()
                    execution.status = isDone ? .succeeded : execution.status == .stopping ? .stopped : .failed
                    execution.message = isDone ? nil : "The server ended before the execution did."
                } catch {
                    execution.status = .failed
                    execution.message = FlowRun.message(error, self)
                }
                if isDone, let run {
                    execution.rows = run.report.rowsOut
                    execution.bytesIn = run.report.bytesIn
                    execution.bytesOut = run.report.bytesOut
                }
                execution.updatedMicros = clock.nowMicros()
                try store(execution)
            }
        }
    }
}
