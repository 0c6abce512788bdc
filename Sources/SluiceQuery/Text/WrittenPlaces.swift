import SluiceCore

/// Where the stretches of a text were written: all of it in one document, or parts of it in the documents that were put together.
struct WrittenPlaces: Sendable {
    /// A text that somebody wrote.
    struct Document: Sendable {
        /// What messages call it: `query`, `view shop.late`.
        let path: String
        let scalars: [Unicode.Scalar]
    }

    /// A stretch of the whole text. It ends where the next one begins.
    struct Stretch: Sendable {
        /// In the whole text, in Unicode scalars.
        let start: Int
        /// Number of the document.
        let document: Int
        /// In the document, in Unicode scalars.
        let place: Int
        /// Nobody wrote it: all of it stands for that one place.
        let isPutIn: Bool
    }

    private(set) var documents: [Document] = []
    private(set) var stretches: [Stretch] = []

    /// None yet: for a text that is put together.
    init() {}

    /// Of a text that is one document.
    init(_ scalars: [Unicode.Scalar], path: String) {
        documents = [Document(path: path, scalars: scalars)]
        stretches = [Stretch(start: 0, document: 0, place: 0, isPutIn: false)]
    }

    /// - Returns: The number of the document.
    mutating func add(_ document: Document) -> Int {
        documents.append(document)
        return documents.count - 1
    }

    /// - Invariant: starts ascend.
    mutating func add(_ stretch: Stretch) { stretches.append(stretch) }

    /// Line and column, each from 1, of a scalar of the whole text.
    func location(_ offset: Int) -> SourceLocation {
        guard let stretch = stretches.last(where: { $0.start <= offset }) ?? stretches.first else {
            preconditionFailure("a text without documents has no places")
        }
        let document = documents[stretch.document]
        let place = stretch.place + (stretch.isPutIn ? 0 : offset - stretch.start)
        var (line, column) = (1, 1)
        for scalar in document.scalars.prefix(place) {
            if scalar == "\n" { (line, column) = (line + 1, 1) } else { column += 1 }
        }
        return .file(path: document.path, line: line, column: column)
    }
}
