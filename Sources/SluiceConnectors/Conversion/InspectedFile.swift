package import SluiceCore
package import SluiceFormats
package import SluicePipelines
import SluiceStorage

/// A file that is looked at, with the format that reads it.
package struct InspectedFile: Sendable {
    /// As it was given, or found by a pattern.
    package let path: String
    package let report: FileReport
    /// That the format was guessed.
    package let notice: String?

    /// The files of a path, pattern or directory, or standard input.
    ///
    /// - Parameter options: of a source of files, beside the files.
    /// - Throws: what finding, opening and reading the start of a file throws.
    package static func files(
        _ patterns: [String], _ options: OptionValues, standardInput: SpooledInput?
    ) async throws(SluiceError) -> [InspectedFile] {
        var inspected: [InspectedFile] = []
        for file in try await ConversionInput(input: standardInput).files(patterns, in: ".") {
            let found = options.has("format") ? nil : try FileFormats.find([file], hasOptions: options.nested("options") != nil)
            let name = try options.string("format") ?? found?.name ?? ""
            let format = try FormatOptions.format(name, file: found?.file, options)
            let input = FileInput(try FileAccess(path: file.location), path: file.shown)
            inspected.append(InspectedFile(path: file.path, report: try format.report(input), notice: found?.notice))
        }
        return inspected
    }
}
