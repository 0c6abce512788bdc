import ArgumentParser
import SluiceCatalog
import SluiceCore
import SluiceRegistry

struct SchemaDecodeCommand: ReportingCommand {
    static var configuration: CommandConfiguration {
        let program = Invocation.current.programName
        return CommandConfiguration(
            commandName: "decode", abstract: "Read one record by the schema that its header names.",
            discussion: """
                Glue's header (byte 3, compression, 16 bytes of the version's id) and Confluent's (byte 0, 4 bytes) are understood. With \
                --schema the record has no header.

                Examples:
                  \(program) schema decode record.bin
                  \(program) schema decode --hex 0300b7b4a7f09c964e4aa687fb5de9ef0c63...
                  \(program) schema decode --base64 AwC3tKfw... --json
                  \(program) schema decode payload.bin --schema orders --version 2
                """)
    }

    @Argument(help: ArgumentHelp("A file with the record; - is standard input.", valueName: "file"), completion: .file()) var file: String?
    @Option(help: ArgumentHelp("The record as hexadecimal digits.", valueName: "digits")) var hex: String?
    @Option(help: ArgumentHelp("The record in base64.", valueName: "text")) var base64: String?
    @Option(help: ArgumentHelp("The schema of a record without a header.", valueName: "schema"), completion: NameCompletion.schemas)
    var schema: String?
    @Option(help: ArgumentHelp("Of --schema: the version; the latest when absent.", valueName: "number")) var version: Int?
    @OptionGroup var state: HomeOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if [file != nil, hex != nil, base64 != nil].count(where: { $0 }) != 1 {
            throw ValidationError("give the record: a file, --hex or --base64")
        }
        if version != nil, schema == nil { throw ValidationError("--version needs --schema") }
    }

    func report() async throws -> Report {
        let registry = SchemaRegistry(try Session(home: state.directory).requireCatalog(for: "schema to read the record with"))
        let record = try bytes()
        let used: StoredSchemaVersion
        let value: Value
        var header = Value.null
        if let schema {
            used = try registry.version(version, of: SchemaName(parsing: schema))
            let document = try registry.document(of: used)
            do throws(PayloadFault) {
                value = try document.value(of: record[...])
            } catch {
                throw error.error
            }
        } else {
            (used, value) = try registry.decode(record[...])
            switch try WireHeader.parse(record[...]).header {
            case .glue(_, let isCompressed): header = .object(["kind": .string("glue"), "compressed": .boolean(isCompressed)])
            case .confluent: header = .object(["kind": .string("confluent"), "compressed": .boolean(false)])
            }
        }
        let json = Value.object(["schema": .string(used.fullName), "version": used.json, "header": header, "value": value])
        return Report([.line("\(used.fullName), version \(used.version)", .heading), .verbatim(value.indentedJSON)], json: json)
    }

    private func bytes() throws -> [UInt8] {
        if let file {
            return file == "-" ? try StandardInput.all(limit: CoreLimits.recordBytes) : try DiskFiles.read(file)
        }
        if let base64 {
            if let bytes = Base64.decode(base64.utf8) { return bytes }
            throw SluiceError(.usage, "\(base64.quotedForMessage) is no base64", remedy: "give it as it was printed, with its padding")
        }
        guard let bytes = Hexadecimal.bytes((hex ?? "").utf8.filter { $0 > 0x20 }) else {
            throw SluiceError(.usage, "the record is no text of pairs of hexadecimal digits", remedy: "give two digits a byte")
        }
        return bytes
    }
}
