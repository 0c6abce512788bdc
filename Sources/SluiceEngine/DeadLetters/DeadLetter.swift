package import SluiceCore

/// A record that a run could not process, as it is kept: reason, place, step, and the bytes as they came.
package struct DeadLetter: Sendable {
    package var code: String
    package var message: String
    package var column: String?
    package var location: SourceLocation?
    package var step: String
    package var raw: [UInt8]

    init(_ reject: Reject, step: String) {
        code = reject.error.code.name
        message = reject.error.message
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
        return .structure(members)
    }
}
