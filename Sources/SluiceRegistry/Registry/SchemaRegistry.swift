package import SluiceCatalog
package import SluiceCore
import Synchronization

/// Schemas and their versions, kept in the catalog and judged here.
///
/// A version is judged and stored in one transaction, so that of two processes that register at once the second is compared with the first's.
package final class SchemaRegistry: Sendable {
    package let catalog: Catalog
    /// Schemas that were read, by the ids of their versions, which never change.
    private let documents = Mutex<[String: SchemaDocument]>([:])
    private let named = Mutex(NamedVersions())

    /// Versions by the headers that name them, looked up a moment ago.
    private struct NamedVersions {
        var sinceMicros: Int64 = 0
        var versions: [WireHeader: StoredSchemaVersion] = [:]
    }

    /// How long what was looked up is taken for what is there.
    static let freshMicros: Int64 = 1_000_000

    package init(_ catalog: Catalog) { self.catalog = catalog }

    /// What a registration did.
    package struct Registration: Sendable {
        package var version: StoredSchemaVersion
        /// False where the schema had a version that says the same.
        package var isNew: Bool
    }

    /// What to register.
    package struct Candidate: Sendable {
        package var name: SchemaName
        package var text: String
        /// Nil: that of the schema that is there.
        package var format: SchemaFormat?
        /// Of a schema that is new; Glue's default is BACKWARD.
        package var compatibility: CompatibilityMode?
        package var description: String?
        package var metadata: [String: String] = [:]
        /// An id that another registry gave the version; nil: a new one.
        package var id: SchemaVersionID?
        /// The id of Confluent's header; nil: the next one.
        package var numericID: UInt32?

        package init(_ name: SchemaName, text: String) {
            self.name = name
            self.text = text
        }
    }

    /// Adds a version unless the schema has it already; makes the schema and its registry where they are missing.
    ///
    /// - Throws: `invalidSchema`; `incompatibleSchema` with all that stands against it; `invalidOption` for a new schema without a format;
    ///   `alreadyExists` for an id that is taken.
    package func register(_ candidate: Candidate) throws(SluiceError) -> Registration {
        let known = try catalog.schema(candidate.name.name, in: candidate.name.registry)
        var told = candidate.format
        if told == nil, let known { told = try SchemaFormat(parsing: known.format) }
        guard let format = told else {
            throw SluiceError(
                .invalidOption, "schema \"\(candidate.name)\" is new, and its format is not said", remedy: "say avro, json or protobuf")
        }
        guard candidate.metadata.count <= RegistryLimits.metadataPairs else {
            throw SluiceError(.limitExceeded, "a version has at most \(RegistryLimits.metadataPairs) pairs of metadata")
        }
        let document = try SchemaDocument(parsing: candidate.text, format)
        var random = SystemRandomNumberGenerator()
        let id = candidate.id ?? SchemaVersionID(using: &random)
        var schema = NewSchema(
            registry: candidate.name.registry, name: candidate.name.name, format: format.rawValue,
            compatibility: candidate.compatibility.map(\.rawValue) ?? CompatibilityMode.backward.rawValue)
        schema.description = candidate.description ?? ""
        let version = NewSchemaVersion(
            id: id.text, numericID: candidate.numericID.map(Int64.init), definition: candidate.text, identity: document.identity,
            metadata: candidate.metadata)
        let stored = try catalog.addSchemaVersion(version, to: schema) { schema, versions throws(SluiceError) in
            try self.judge(document, schema, versions)
        }
        return Registration(version: stored.version, isNew: stored.isNew)
    }

    /// What stands against a text as the next version of a schema.
    package func check(_ text: String, _ schema: StoredSchema, mode: CompatibilityMode? = nil) throws(SluiceError) -> [Incompatibility] {
        let document = try SchemaDocument(parsing: text, try SchemaFormat(parsing: schema.format))
        return try findings(document, schema, try catalog.schemaVersions(of: schema.name, in: schema.registry), mode)
    }

    /// - Throws: `incompatibleSchema`, `invalidArgument` for another format.
    package func judge(
        _ document: SchemaDocument, _ schema: StoredSchema, _ versions: [StoredSchemaVersion]
    ) throws(SluiceError) {
        guard schema.format == document.format.rawValue else {
            throw SluiceError(
                .invalidArgument, "schema \"\(schema.fullName)\" is in \(schema.format), not in \(document.format.rawValue)",
                remedy: "register it under another name")
        }
        let mode = try CompatibilityMode(parsing: schema.compatibility)
        if mode == .disabled, !versions.isEmpty {
            throw SluiceError(
                .incompatibleSchema, "schema \"\(schema.fullName)\" takes no new versions: its compatibility mode is DISABLED",
                remedy: "change the mode with `schema compat`")
        }
        let findings = try findings(document, schema, versions, mode)
        guard let first = findings.first else { return }
        let more = findings.count > 1 ? ", and \(findings.count - 1) more" : ""
        throw SluiceError(
            .incompatibleSchema,
            "the schema is not \(mode.rawValue) compatible with version \(first.version ?? 0) of \"\(schema.fullName)\": at \(first.path), "
                + first.why + more,
            remedy: first.allowed + "; `schema check` lists everything")
    }

    private func findings(
        _ document: SchemaDocument, _ schema: StoredSchema, _ versions: [StoredSchemaVersion], _ mode: CompatibilityMode?
    ) throws(SluiceError) -> [Incompatibility] {
        let own = try CompatibilityMode(parsing: schema.compatibility)
        let mode = mode ?? own
        let compared = versions.filter { $0.isAvailable && $0.version >= schema.checkpoint }.sorted { $0.version > $1.version }
        var findings: [Incompatibility] = []
        for version in mode.isTransitive ? compared : Array(compared.prefix(1)) {
            let old = try self.document(of: version)
            for direction in mode.directions {
                for var finding in try SchemaDocument.incompatibilities(old: old, new: document, direction) {
                    finding.version = version.version
                    findings.append(finding)
                }
            }
        }
        return findings
    }

    // MARK: Looking up

    /// The schema, read once.
    package func document(of version: StoredSchemaVersion) throws(SluiceError) -> SchemaDocument {
        if let known = documents.withLock({ $0[version.id] }) { return known }
        let document = try SchemaDocument(parsing: version.definition, try SchemaFormat(parsing: version.format))
        documents.withLock { documents in
            if documents.count >= Self.keptDocuments { documents.removeAll() }
            documents[version.id] = document
        }
        return document
    }

    private static let keptDocuments = 1_000

    /// - Throws: `notFound` with the nearest name.
    package func schema(_ name: SchemaName) throws(SluiceError) -> StoredSchema {
        if let schema = try catalog.schema(name.name, in: name.registry) { return schema }
        let known = try catalog.schemas(in: nil).map(\.fullName)
        throw SluiceError(
            .notFound, "there is no schema \"\(name)\"",
            remedy: Suggestion.remedy(for: name.description, in: known, noun: "schemas") ?? "register one with `schema register`")
    }

    /// A version by its number, the latest by none.
    ///
    /// - Throws: `notFound`.
    package func version(_ number: Int?, of name: SchemaName) throws(SluiceError) -> StoredSchemaVersion {
        let schema = try schema(name)
        let versions = try catalog.schemaVersions(of: schema.name, in: schema.registry).filter(\.isAvailable)
        if let found = versions.filter({ number == nil || $0.version == number }).max(by: { $0.version < $1.version }) { return found }
        throw SluiceError(
            .notFound, number.map { "schema \"\(name)\" has no version \($0)" } ?? "schema \"\(name)\" has no version",
            remedy: versions.isEmpty ? "register one" : "versions: " + versions.map { String($0.version) }.joined(separator: ", "))
    }

    /// The version that a header names.
    ///
    /// - Throws: `notFound`.
    package func version(named header: WireHeader) throws(SluiceError) -> StoredSchemaVersion {
        let now = catalog.clock.nowMicros()
        let known = named.withLock { named in now - named.sinceMicros < Self.freshMicros ? named.versions[header] : nil }
        if let known { return known }
        let found = try lookedUp(header)
        named.withLock { named in
            if now - named.sinceMicros >= Self.freshMicros || named.versions.count >= Self.keptDocuments {
                named = NamedVersions(sinceMicros: now)
            }
            named.versions[header] = found
        }
        return found
    }

    private func lookedUp(_ header: WireHeader) throws(SluiceError) -> StoredSchemaVersion {
        let (found, text): (StoredSchemaVersion?, String)
        switch header {
        case .glue(let id, _): (found, text) = (try catalog.schemaVersion(id: id.text), id.text)
        case .confluent(let number): (found, text) = (try catalog.schemaVersion(numericID: Int64(number)), String(number))
        }
        guard let found else {
            throw SluiceError(
                .notFound, "no version of a schema has the id \(text), which the record's header names",
                remedy: "register the schema with that id (--version-id or --numeric-id), or look whether it is of another registry")
        }
        guard found.isAvailable else {
            throw SluiceError(
                .notFound, "version \(found.version) of schema \"\(found.fullName)\", which the record's header names, was dropped",
                remedy: "register its text again with --version-id \(found.id)")
        }
        return found
    }

    /// A record with a header: whose version wrote it, and what it says.
    ///
    /// - Throws: `malformedRecord`, `notFound`, `recordMismatch`.
    package func decode(_ record: ArraySlice<UInt8>, isStrict: Bool = false) throws(SluiceError) -> (
        version: StoredSchemaVersion, value: Value
    ) {
        let (header, payload) = try WireHeader.parse(record)
        let version = try version(named: header)
        let document = try document(of: version)
        do throws(PayloadFault) {
            return (version, try document.value(of: payload, header.framing, isStrict: isStrict))
        } catch {
            throw SluiceError(
                .recordMismatch, "the record is not as version \(version.version) of schema \"\(version.fullName)\" says: \(error.message)",
                remedy: error.error.remedy)
        }
    }
}

extension WireHeader {
    var framing: SchemaDocument.Framing {
        switch self {
        case .glue: .glue
        case .confluent: .confluent
        }
    }
}

extension StoredSchema {
    /// As commands name it.
    package var fullName: String { registry == SchemaName.defaultRegistry ? name : "\(registry)/\(name)" }
}

extension StoredSchemaVersion {
    package var fullName: String { registry == SchemaName.defaultRegistry ? schema : "\(registry)/\(schema)" }
}
