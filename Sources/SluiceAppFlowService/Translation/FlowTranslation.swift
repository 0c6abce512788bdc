import SluiceCore
import SluicePipelines
import SluiceSaaS
import SluiceServer

/// Makes a flow of Sluice of a flow of a client: the definition that `sluice flow show` prints, and that runs.
struct FlowTranslation {
    let flow: FlowRecord
    let ends: FlowEnds
    /// Where files are.
    let places: Places

    /// The folders of a flow, or what people are told of them.
    struct Places {
        /// The folder of a bucket's prefix.
        var bucket: (FlowEnds.Bucket) -> String
        /// The folder that takes what the flow writes, before it is put into a bucket.
        var output: String
        /// The file that takes rows that a service refuses.
        var refused: String
    }

    /// - Throws: `ValidationException` for what no flow of Sluice does.
    func definition() throws(ServiceFault) -> DefinitionNode {
        var entries: [(String, DefinitionNode)] = [("flow", .plain(flow.pipeline))]
        if let description = flow.document["description"]?.string, !description.isEmpty {
            entries.append(("description", .plain(description)))
        }
        entries.append(("source", try source()))
        entries.append(("pull", try pull()))
        let tasks = try TaskTranslation(flow.tasks, readsTexts: readsBucket).nodes
        if !tasks.isEmpty { entries.append(("tasks", .list(tasks))) }
        entries.append(("destination", try destination()))
        return .mapping(entries)
    }

    // MARK: Source

    private var readsBucket: Bool { if case .bucket = ends.source { true } else { false } }

    private func source() throws(ServiceFault) -> DefinitionNode {
        switch ends.source {
        case .bucket(let bucket):
            let format = bucket.properties["s3InputFormatConfig"]?["s3InputFileType"]?.string ?? "CSV"
            return .mapping([
                ("files", .plain(places.bucket(bucket) + "/**/*")), ("format", .plain(format.lowercased())),
                // AppFlow takes the objects that were put since the last run, whether their keys are new or not.
                ("changed_files", .plain("read")),
                // Values arrive as they are written, and no field is left out, wherever it comes up.
                ("infer_from", .plain("all")), ("texts", .plain("keep")),
            ])
        case .entity(let end):
            var entries = [(end.service.declaration.name, DefinitionNode.plain(end.entity.name)), ("connection", .plain(end.connection))]
            if end.entity.job != nil { entries.append(("bulk", .plain(Self.bulk(end.properties)))) }
            return .mapping(entries)
        }
    }

    private static func bulk(_ properties: WireValue) -> String {
        switch properties["dataTransferApi"]?.string {
        case "BULKV2": "always"
        case "REST_SYNC": "never"
        default: "auto"
        }
    }

    private func pull() throws(ServiceFault) -> DefinitionNode {
        let field = flow.source["incrementalPullConfig"]?["datetimeTypeFieldName"]?.string
        let first = flow.schedule?["firstExecutionFrom"]?.micros
        guard flow.isIncremental else {
            if field != nil { throw Faults.invalid("incrementalPullConfig needs a schedule with the data pull mode Incremental.") }
            if first != nil { throw Faults.invalid("firstExecutionFrom needs the data pull mode Incremental.") }
            return withRules("full", [])
        }
        guard case .entity(let end) = ends.source else {
            if field != nil || first != nil {
                throw Faults.invalid("A bucket is read object by object: incrementalPullConfig and firstExecutionFrom mean nothing to it.")
            }
            return withRules("incremental", [])
        }
        guard let cursor = end.entity.cursor else {
            throw Faults.invalid("The object \(end.entity.name) cannot be pulled incrementally: it has no field that tells new records.")
        }
        if let field, field != cursor.name {
            throw Faults.invalid(
                "The field \(field) cannot be used for incremental pulls: \(end.entity.name) is pulled by \(cursor.name).")
        }
        let start = first.map { [("from", DefinitionNode.plain(CursorForm.time.shown($0)))] } ?? []
        return withRules("incremental", start)
    }

    /// What becomes of deleted records and of new fields, which Salesforce lets its clients say.
    private func withRules(_ mode: String, _ more: [(String, DefinitionNode)]) -> DefinitionNode {
        var entries = [("mode", DefinitionNode.plain(mode))] + more
        if case .entity(let end) = ends.source, end.service.kind.type == "Salesforce" {
            if end.entity.deleted != nil {
                entries.append(("deleted", .plain(end.properties["includeDeletedRecords"] == .boolean(true) ? "keep" : "drop")))
            }
            entries.append(("new_fields", .plain(end.properties["enableDynamicFieldUpdate"] == .boolean(true) ? "follow" : "ignore")))
        }
        return .mapping(entries)
    }

    // MARK: Destination

    private func destination() throws(ServiceFault) -> DefinitionNode {
        switch ends.destination {
        case .bucket(let bucket): return try files(bucket.properties["s3OutputFormatConfig"] ?? .object([]))
        case .entity(let end): return try writes(end)
        }
    }

    private func files(_ output: WireValue) throws(ServiceFault) -> DefinitionNode {
        var entries: [(String, DefinitionNode)] = [
            ("files", .plain(places.output)), ("format", .plain(OutputKeys.format(output))), ("mode", .plain("append")),
        ]
        let aggregation = output["aggregationConfig"]
        let isSingle = aggregation?["aggregationType"]?.string == "SingleFile"
        if let size = aggregation?["targetFileSize"]?.whole {
            if isSingle { throw Faults.invalid("A single file has no target size: give aggregationType SingleFile, or targetFileSize.") }
            entries.append(("file_mb", .integer(Int(size))))
        }
        if isSingle {
            if flow.isIncremental, case .entity = ends.source {
                // A window that is longer than one slice would be several files.
                throw Faults.invalid("SingleFile is for pulls that are one piece: use the data pull mode Complete, or targetFileSize.")
            }
            entries.append(("single_file", .boolean(true)))
        }
        if output["preserveSourceDataTyping"] != nil, OutputKeys.format(output) != "parquet" {
            throw Faults.invalid("preserveSourceDataTyping is for files of the type PARQUET.")
        }
        return .mapping(entries)
    }

    private func writes(_ end: FlowEnds.Entity) throws(ServiceFault) -> DefinitionNode {
        let usual = end.service.kind.type == "Marketo" ? "UPSERT" : "INSERT"
        let operation = end.properties["writeOperationType"]?.string ?? usual
        let taken = end.entity.takenWrites
        guard let write = WriteNames.write(operation), taken.contains(write) else {
            let known = taken.isEmpty ? "it cannot be written" : "there are \(taken.map(WriteNames.text).joined(separator: ", "))"
            throw Faults.invalid("The object \(end.entity.name) does not take the write operation \(operation): \(known).")
        }
        var entries: [(String, DefinitionNode)] = [
            (end.service.declaration.name, .plain(end.entity.name)), ("connection", .plain(end.connection)),
            ("mode", .plain(write.rawValue)),
        ]
        if let key = try key(end, write) { entries.append(("key", .plain(key))) }
        if end.entity.load != nil { entries.append(("bulk", .plain(Self.bulk(end.properties)))) }
        if ends.errorBucket != nil { entries.append(("errors", .plain(places.refused))) }
        if readsBucket { entries.append(("texts", .plain("convert"))) }
        return .mapping(entries)
    }

    /// The column that tells records apart, where it is not the entity's own key.
    private func key(_ end: FlowEnds.Entity, _ write: ServiceEntity.Write) throws(ServiceFault) -> String? {
        let names = end.properties["idFieldNames"]?.texts ?? []
        guard !names.isEmpty else { return nil }
        guard write != .create else { throw Faults.invalid("idFieldNames is for the write operations UPSERT, UPDATE and DELETE.") }
        if names == end.entity.key { return nil }
        guard names.count == 1, write == .upsert, end.entity.load != nil else {
            throw Faults.invalid(
                "The object \(end.entity.name) is written by \(end.entity.key.joined(separator: ", ")), and not by \(names.joined(separator: ", "))."
            )
        }
        return names[0]
    }
}

extension WireValue {
    /// Microseconds since 1970 of a time that was read from a document, which has seconds.
    var micros: Int64? {
        switch self {
        case .time(let micros): micros
        case .integer(let seconds): seconds.multipliedReportingOverflow(by: 1_000_000).overflow ? nil : seconds * 1_000_000
        case .real(let seconds): Int64(exactly: (seconds * 1_000_000).rounded())
        default: nil
        }
    }
}

extension DefinitionNode {
    /// A text that means itself: no reference to a parameter or to a secret, whatever a client writes.
    static func plain(_ text: String) -> DefinitionNode { .text(text.replacing("${", with: "$${")) }
}
