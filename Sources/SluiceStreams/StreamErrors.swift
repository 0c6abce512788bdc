import SluiceCore

extension SluiceError {
    static func streamTooNew(_ path: String, version: Int) -> SluiceError {
        SluiceError(
            .stateTooNew, "\(path.quotedForMessage) has format version \(version); this Sluice (\(Release.version)) knows up to 1",
            at: .file(path: path), remedy: "use the newer Sluice that wrote it, or another --home")
    }

    static func corruptFrame(_ location: SourceLocation, segment: String) -> SluiceError {
        SluiceError(
            .corruptFrame, "damaged frame in \(segment.quotedForMessage)", at: location,
            remedy: "verify the stream, which sets the damage aside, keeps every good record and names the lost ones")
    }

    static func unknownStream(_ name: String, among names: [String]) -> SluiceError {
        SluiceError(
            .notFound, "there is no stream \(name.quotedForMessage)", remedy: Suggestion.remedy(for: name, in: names, noun: "streams"))
    }
}
