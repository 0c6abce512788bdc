import SluiceCore
import SluiceFormats
package import SluicePipelines

/// A declared crawler: a file of `catalog/` with the key `crawler`.
package struct CrawlerDefinition: Sendable {
    package let settings: CrawlSettings

    package static let keys = [
        OptionSpecification("crawler", .name, isRequired: true, "The crawler's name.", examples: ["lake"]),
        OptionSpecification("description", .string, "What it is for."),
        OptionSpecification(
            "targets", .oneOrMany(.string), isRequired: true,
            "Directories and files, relative to this file; s3://bucket/prefix; sqlite:FILE; postgresql://…; stream:NAME; table:DATABASE.TABLE.",
            examples: ["../data/lake", "[\"sqlite:../shop.db\", \"stream:clicks\"]"]),
        OptionSpecification("database", .string, default: "default", "The database of the tables."),
        OptionSpecification("prefix", .string, "What stands before the tables' names.", examples: ["raw_"]),
        OptionSpecification(
            "exclude", .oneOrMany(.string), "Patterns of paths below a target that are left out.", examples: ["\"**/*.tmp\""]),
        OptionSpecification(
            "verify", .enumeration(CrawlSettings.Verification.allCases.map(\.rawValue)), default: "all",
            "Whether every record is read, or the start of every file."),
        OptionSpecification(
            "mixed", .enumeration(MixedTypes.allCases.map(\.rawValue)), default: "string",
            "What a column of a text format becomes whose values are of several kinds."),
        OptionSpecification(
            "group", .enumeration(CrawlSettings.Grouping.allCases.map(\.rawValue)), default: "similar",
            "Whether folders are one table if their columns are alike, or whenever their files can be read alike."),
        OptionSpecification("table_level", .integer(1...CrawlLimits.folderDepth), "The level of folders that are tables; the target is 1."),
        OptionSpecification(
            "on_change", .enumeration(CrawlSettings.UpdatePolicy.allCases.map(\.rawValue)), default: "update",
            "Whether the catalog follows changed columns, only gets new ones (merge), or stays as it is (log)."),
        OptionSpecification(
            "on_gone", .enumeration(CrawlSettings.DeletePolicy.allCases.map(\.rawValue)), default: "deprecate",
            "Whether tables whose data is gone are deleted, marked as deprecated, or only reported (log)."),
        OptionSpecification(
            "recrawl", .enumeration(CrawlSettings.RecrawlPolicy.allCases.map(\.rawValue)), default: "everything",
            "Whether everything is looked at again, only folders that no crawl has seen, or only what the crawl is told of (events)."),
        OptionSpecification(
            "sample_files", .integer(1...CrawlLimits.sampledFiles), "Files of each folder that are looked at; all when absent."),
        OptionSpecification("password_secret", .name, "The secret that is the password of databases.", examples: ["shop-db"]),
        OptionSpecification(
            "classifiers", .list(.object(classifierKeys), minimum: 1),
            "Classifiers that are asked before the built-in ones, in this order.",
            examples: ["[{name: app, format: text, options: {pattern: \"%{TIMESTAMP_ISO8601:at} %{GREEDYDATA:message}\"}}]"]),
    ]

    private static let classifierKeys = [
        OptionSpecification("name", .name, isRequired: true, "The classifier's name."),
        OptionSpecification(
            "format", .enumeration([CSVFormat.name, JSONFormat.name, TextFormat.name]), isRequired: true, "The format of its files."),
        OptionSpecification("options", .mapping(key: "option", .anything, minimum: 0), "Options of the format."),
        OptionSpecification("single_column", .boolean, default: "false", "Whether a CSV file may have one column only."),
    ]

    /// - Throws: everything that is wrong with the file, placed.
    init(from root: DefinitionNode, directory: String) throws {
        let errors = ValueShape.object(Self.keys).errors(in: root, connectors: ConnectorRegistry([]))
        if !errors.isEmpty { throw DefinitionErrors(errors) }
        let targets = try root.require("targets").oneOrMany().map { try $0.string() }
        var settings = CrawlSettings(
            name: try root.require("crawler").string(), targets: targets.map { CrawlTarget.placed($0) { Self.placed($0, directory) } })
        settings.database = try root[key: "database"]?.string() ?? settings.database
        settings.prefix = try root[key: "prefix"]?.string() ?? ""
        settings.exclusions = try (root[key: "exclude"]?.oneOrMany() ?? []).map { node in
            let pattern = try node.string()
            try CrawlSettings.checkExclusion(pattern, at: node.location)
            return pattern
        }
        settings.verification = try root[key: "verify"]?.enumeration(CrawlSettings.Verification.self) ?? .all
        settings.mixed = try root[key: "mixed"]?.enumeration(MixedTypes.self) ?? .string
        settings.grouping = try root[key: "group"]?.enumeration(CrawlSettings.Grouping.self) ?? .similar
        settings.tableLevel = try root[key: "table_level"]?.integer()
        settings.updates = try root[key: "on_change"]?.enumeration(CrawlSettings.UpdatePolicy.self) ?? .update
        settings.deletions = try root[key: "on_gone"]?.enumeration(CrawlSettings.DeletePolicy.self) ?? .deprecate
        settings.recrawl = try root[key: "recrawl"]?.enumeration(CrawlSettings.RecrawlPolicy.self) ?? .everything
        settings.sampledFiles = try root[key: "sample_files"]?.integer()
        settings.passwordSecret = try root[key: "password_secret"]?.string()
        settings.classifiers = try (root[key: "classifiers"]?.list() ?? []).map(Self.classifier)
        self.settings = settings
    }

    private static func placed(_ path: String, _ directory: String) -> String {
        path.hasPrefix("/") || directory == "." ? path : directory + "/" + path
    }

    private static func classifier(_ node: DefinitionNode) throws -> CustomClassifier {
        let format = try node.require("format").string()
        let specs = FormatRegistry.formats.first { $0.name == format }?.options ?? []
        var options: [String: OptionValue] = [:]
        for entry in try node[key: "options"]?.mapping() ?? [] {
            guard let spec = specs.first(where: { $0.name == entry.key }) else {
                throw SluiceError(
                    .unknownKey, "the format \(format) has no option \(entry.key.quotedForMessage)", at: entry.keyLocation,
                    remedy: Suggestion.remedy(for: entry.key, in: specs.map(\.name), noun: "options of \(format)"))
            }
            options[entry.key] = try value(entry.value, spec)
        }
        do throws(SluiceError) {
            return try CustomClassifier(
                name: try node.require("name").string(), format: format, options: options,
                allowsSingleColumn: try node[key: "single_column"]?.boolean() ?? false)
        } catch {
            throw error.located(at: node.location)
        }
    }

    private static func value(_ node: DefinitionNode, _ spec: OptionSpec) throws(SluiceError) -> OptionValue {
        switch spec.kind {
        case .boolean: return .boolean(try node.boolean())
        case .integer(let range): return .integer(try node.integer(in: range))
        case .choice(let choices): return .text(try node.choice(of: choices))
        case .text, .character: return .text(try node.string())
        case .texts: return .texts(try texts(node))
        case .booleanOrTexts:
            if case .list = node.content { return .texts(try texts(node)) }
            return .boolean(try node.boolean())
        }
    }

    private static func texts(_ node: DefinitionNode) throws(SluiceError) -> [String] {
        var texts: [String] = []
        for item in node.oneOrMany() { texts.append(try item.string()) }
        return texts
    }
}

/// Reads crawlers from a folder of declarations.
package enum CrawlerLoader {
    /// The crawlers below a folder, by path: every YAML file that has the key `crawler`.
    ///
    /// - Throws: what is wrong with one of them, placed; `alreadyExists` where two have one name.
    package static func load(directory: String) throws -> [CrawlerDefinition] {
        var found: [CrawlerDefinition] = []
        for file in try DeclarationFiles.files(below: directory, with: "crawler") {
            let definition = try CrawlerDefinition(from: file.root, directory: file.directory)
            if found.contains(where: { $0.settings.name == definition.settings.name }) {
                throw SluiceError(
                    .alreadyExists, "there are two crawlers \(definition.settings.name.quotedForMessage)", at: .file(path: file.path))
            }
            found.append(definition)
        }
        return found
    }
}
