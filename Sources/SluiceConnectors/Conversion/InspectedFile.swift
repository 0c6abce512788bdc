package import SluiceCore
package import SluiceFormats
package import SluicePipelines
import SluiceStorage

/// A file that is looked at, with the format that reads it.
package struct InspectedFile: Sendable {
    /// What an argument led to.
    package struct Finding: Sendable {
        /// As it was given, or found by a pattern.
        package let path: String
        package let result: Result<InspectedFile, SluiceError>
    }

    /// As it was given, or found by a pattern.
    package let path: String
    package let report: FileReport
    /// That the format was guessed.
    package let notice: String?
    /// How a source of files reads it, beside the file.
    package let options: [(String, DefinitionNode)]
    /// Why no other command would read the file with the options that were given.
    package let problem: SluiceError?

    /// What is found at paths, patterns and directories, or in standard input.
    ///
    /// - Parameter options: of a source of files, beside the files.
    /// - Throws: `limitExceeded`. What finding, opening and reading the start of a file throws is its result.
    package static func findings(
        _ patterns: [String], _ options: [(String, DefinitionNode)], _ spooled: SpooledInputs
    ) async throws(SluiceError) -> [Finding] {
        var findings: [Finding] = []
        for pattern in patterns {
            do throws(SluiceError) {
                let files = try await ConversionInput(spooled: spooled).files([pattern], in: ".")
                for file in files where !findings.contains(where: { $0.path == file.path }) {
                    findings.append(Finding(path: file.path, result: inspected(file, options)))
                }
            } catch  where error.code != .limitExceeded {
                findings.append(Finding(path: pattern, result: .failure(error)))
            }
        }
        return findings
    }

    private static func inspected(_ file: InputFile, _ options: [(String, DefinitionNode)]) -> Result<InspectedFile, SluiceError> {
        Result { () throws(SluiceError) in try InspectedFile(file, options) }
    }

    private init(_ file: InputFile, _ options: [(String, DefinitionNode)]) throws(SluiceError) {
        path = file.path
        let values = OptionValues(options)
        let found = values.has("format") ? nil : try FileFormats.find([file], hasOptions: values.nested("options") != nil)
        let name = try values.string("format") ?? found?.name ?? ""
        notice = found?.notice
        let input = FileInput(try file.access(), path: file.shown)
        let format = try FormatOptions.format(name, file: found?.file, values)
        do throws(SluiceError) {
            report = try format.report(input)
            self.options = options
            problem = nil
        } catch {
            guard error.code == .duplicateColumn, let csv = format as? CSVFormat else { throw error }
            let reading = try CSVWithoutHeader(csv, input, options, error).reading { options throws(SluiceError) in
                try FormatOptions.format(name, file: found?.file, OptionValues(options))
            }
            (report, self.options, problem) = (reading.report, reading.options, error)
        }
    }
}

/// A file of CSV whose header does not name its columns, read as far as it can be.
private struct CSVWithoutHeader {
    private let input: FileInput
    private let options: [(String, DefinitionNode)]
    private let detection: DialectDetection
    private let error: SluiceError

    /// - Parameter error: about the header, placed at its first line.
    init(_ format: CSVFormat, _ input: FileInput, _ options: [(String, DefinitionNode)], _ error: SluiceError) throws(SluiceError) {
        self.input = input
        self.options = options
        self.error = error
        detection = try format.detection(input)
    }

    /// Read with a header of as many rows as the file seems to have, or else without the header's lines.
    func reading(
        _ format: ([(String, DefinitionNode)]) throws(SluiceError) -> any Format
    ) throws(SluiceError) -> (report: FileReport, options: [(String, DefinitionNode)]) {
        if case .integer(let rows)? = detection.proposed["header_rows"], given("header_rows") == nil {
            let options = adding([("header_rows", .integer(rows))])
            if let report = try? format(options).report(input) { return (explained(report), options) }
        }
        guard case .file(_, let line?, _) = error.location else { throw error }
        let rows = given("header_rows").flatMap { try? $0.integer() } ?? 1
        let options = adding([("skip_lines", .integer(line + rows - 1)), ("header", .boolean(false))])
        return (explained(try format(options).report(input)), options)
    }

    private func explained(_ report: FileReport) -> FileReport {
        var report = report
        report.dialect = detection
        return report
    }

    private var formatOptions: [DefinitionNode.Entry] {
        if case .mapping(let entries)? = options.first(where: { $0.0 == "options" })?.1.content { entries } else { [] }
    }

    private func given(_ name: String) -> DefinitionNode? { formatOptions.first { $0.key == name }?.value }

    /// The options with others of the format.
    private func adding(_ others: [(String, DefinitionNode)]) -> [(String, DefinitionNode)] {
        let kept = formatOptions.filter { entry in !others.contains { $0.0 == entry.key } }.map { ($0.key, $0.value) }
        return options.filter { $0.0 != "options" } + [("options", .mapping(kept + others))]
    }
}
