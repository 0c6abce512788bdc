import ArgumentParser
import SluiceCatalog
import SluiceCore
import SluiceRegistry

/// A schema of the registry that a command is about.
struct SchemaArgument: ParsableArguments, Sendable {
    @Argument(
        help: ArgumentHelp("The schema: name, or registry/name.", valueName: "schema"), completion: NameCompletion.schemas)
    var name: String

    /// The registry with the schema.
    ///
    /// - Throws: `notFound` with the nearest name.
    func open(_ session: Session) throws -> (schema: StoredSchema, name: SchemaName, registry: SchemaRegistry) {
        let name = try SchemaName(parsing: name)
        let registry = SchemaRegistry(try session.requireCatalog(for: "schema \(name.description.quotedForMessage)"))
        return (try registry.schema(name), name, registry)
    }
}

/// The text of a schema, from a file or standard input.
enum SchemaText {
    static func read(_ path: String) throws -> String {
        let bytes = path == "-" ? try StandardInput.all(limit: RegistryLimits.definitionCharacters * 4) : try DiskFiles.read(path)
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw SluiceError(.invalidEncoding, "the schema is no UTF-8", at: .file(path: path), remedy: "save it as UTF-8")
        }
        return text
    }
}

extension StoredSchema {
    /// For `--json`.
    var json: Value {
        .object([
            "schema": .string(fullName), "registry": .string(registry), "name": .string(name), "format": .string(format),
            "compatibility": .string(compatibility), "description": .string(description), "checkpoint": .number(checkpoint),
            "latest": .number(latest), "versions": .number(versionCount), "created_at": .time(createdMicros),
            "updated_at": .time(updatedMicros),
        ])
    }
}

extension StoredSchemaVersion {
    /// For `--json`, without the text.
    var json: Value {
        .object([
            "schema": .string(fullName), "version": .number(version), "version_id": .string(id), "numeric_id": .number(numericID),
            "status": .string(status), "format": .string(format),
            "metadata": .structure(metadata.sorted { $0.key < $1.key }.map { .init($0.key, .string($0.value)) }),
            "created_at": .time(createdMicros),
        ])
    }
}

/// Incompatibilities as blocks: where, what it was and is, why, and what would be allowed.
enum IncompatibilityBlocks {
    static func blocks(_ findings: [Incompatibility]) -> [Report.Block] {
        findings.flatMap { finding -> [Report.Block] in
            let version = finding.version.map { ", against version \($0)" } ?? ""
            return [
                .line("\(finding.path)  (\(finding.direction.rawValue)\(version))", .bad),
                .pairs(KeyValueBlock(["  old": finding.old, "  new": finding.new])),
                .paragraph(finding.why, indent: 2), .paragraph("allowed: " + finding.allowed, indent: 2, .dim),
            ]
        }
    }
}
