package import SluiceCore

/// Evidence of records whose columns' types are stated: of each value its text, in the type that it was read in.
struct TypedEvidenceReader: EvidenceReader {
    private let decoder: any RecordDecoder
    private let path: String
    private var classifier = ValueClassifier(TextRules())

    init(_ decoder: any RecordDecoder, path: String) {
        self.decoder = decoder
        self.path = path
    }

    mutating func take(_ block: any RecordBlock, into evidence: inout TableEvidence) {
        let framed = block.framed
        let decoded = decoder.decode(framed)
        evidence.take(framed.rejects + decoded.rejects)
        evidence.take(rows: decoded.batch, &classifier, path)
    }
}

extension CSVFormat {
    package func evidenceReader(_ layout: FileLayout, path: String) throws(SluiceError) -> any EvidenceReader {
        try CSVEvidenceReader(self, layout, path: path)
    }
}

extension JSONFormat {
    package func evidenceReader(_ layout: FileLayout, path: String) throws(SluiceError) -> any EvidenceReader {
        JSONEvidenceReader(self, layout, path: path)
    }
}

extension TextFormat {
    package func evidenceReader(_ layout: FileLayout, path: String) throws(SluiceError) -> any EvidenceReader {
        TypedEvidenceReader(try decoder(layout, schema: schema(of: layout), missing: .null), path: path)
    }
}
