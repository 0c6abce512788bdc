import CTextScan

/// How a file's records follow one another.
enum JSONLayout: String, CaseIterable, Sendable {
    /// One object a line.
    case lines
    /// Objects after one another, over as many lines as they like, with white space between them or nothing.
    case documents
    /// The elements of one array.
    case array

    var code: Int32 {
        switch self {
        case .lines: Int32(sluice_json_lines)
        case .documents: Int32(sluice_json_documents)
        case .array: Int32(sluice_json_elements)
        }
    }
}
