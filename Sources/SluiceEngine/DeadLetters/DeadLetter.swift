import SluiceCatalog
package import SluiceCore
package import SluicePipelines

/// A record that a run could not process, as it is kept: reason, place, step, and the bytes as they came.
package struct DeadLetter: Sendable {
    package var code: String
    package var message: String
    package var column: String?
    package var location: SourceLocation?
    package var step: String
    package var raw: [UInt8]
    /// Whether the record can go through the pipeline again; nil where nobody asked.
    package var fate: ReplayFate?
    /// The row that failed as a JSON object, where it can go on from the step in which it did.
    package var row: String?
    /// The header that stood above the record in its file; nil where it needs none.
    package var header: FileHeader?
    /// How it failed before it was replayed, oldest first.
    package var history: [Failure] = []

    /// One failure of a record.
    package struct Failure: Hashable, Sendable, Codable {
        /// The run, and behind a hyphen its epoch.
        package var run: String
        package var code: String
        package var message: String
        package var step: String
    }

    init(_ reject: Reject, step: String) {
        code = reject.error.code.name
        message = KnownSecrets.masked(reject.error.message)
        column = reject.error.column
        location = reject.location
        self.step = step
        raw = reject.raw
    }

    /// One JSON object. `raw` where the bytes are valid UTF-8, `raw_base64` where they are not.
    package var value: Value {
        var members = [Value.Member("code", .string(code)), .init("message", .string(message)), .init("step", .string(step))]
        if let column { members.append(.init("column", .string(column))) }
        switch location {
        case .file(let path, let line, _):
            members.append(.init("file", .string(path)))
            if let line { members.append(.init("line", .integer(Int64(line)))) }
        case .shard(let stream, let shard, let sequence):
            members.append(.init("stream", .string(stream)))
            members.append(.init("shard", .string(shard)))
            members.append(.init("sequence", .string(sequence)))
        case nil: break
        }
        if let text = String(validating: raw, as: UTF8.self) {
            members.append(.init("raw", .string(text)))
        } else {
            members.append(.init("raw_base64", .string(Base64.encode(raw))))
        }
        switch fate {
        case .replay(let route?): members.append(.init("route", .string(route)))
        case .keep(let reason): members.append(.init("replay", .string(reason.rawValue)))
        case .replay(nil), .row, nil: break
        }
        if let row { members.append(.init("row", .string(row))) }
        if let header {
            members.append(
                .init(
                    "header",
                    .structure([
                        .init("columns", .list(header.columns.map { .string($0) })), .init("version", .string(header.version)),
                    ])))
        }
        if !history.isEmpty {
            members.append(
                .init(
                    "history",
                    .list(
                        history.map { failure in
                            .structure([
                                .init("run", .string(failure.run)), .init("code", .string(failure.code)),
                                .init("message", .string(failure.message)), .init("step", .string(failure.step)),
                            ])
                        })))
        }
        return .structure(members)
    }
}
