import SluiceCore
import SluiceFormats

/// One type for each column of files that state their columns' types.
struct StatedTypes {
    private var columns: [String: (type: DataType, path: String)] = [:]

    subscript(name: String) -> DataType? { columns[name]?.type }

    /// Takes in the columns of one more file; where two files differ, the type that holds the values of both.
    ///
    /// - Throws: `typeError` where there is none.
    mutating func add(_ schema: Schema, of file: InputFile) throws(SluiceError) {
        for field in schema.fields {
            guard let known = columns[field.name] else {
                columns[field.name] = (field.type, file.path)
                continue
            }
            guard let both = DataType.holding(known.type, field.type) else {
                throw SluiceError(
                    .typeError, "column \"\(field.name)\" is \(known.type) in \(known.path) and \(field.type) in \(file.path)",
                    at: .file(path: file.shown), remedy: "read the files apart and cast one of them, or rewrite the older ones")
            }
            columns[field.name]?.type = both
        }
    }
}
