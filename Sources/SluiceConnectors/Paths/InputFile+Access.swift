import SluiceAWS
import SluiceCore
import SluiceFormats
import SluiceS3
import SluiceStorage

extension InputFile {
    var isObject: Bool { S3Location.isOne(location) }

    /// The file's bytes, from any place. Of an object that was listed, nothing is asked for before it is read.
    ///
    /// - Parameter isAhead: Whether the first bytes of an object are asked for at once.
    /// - Throws: `fileNotFound`, `unreadable`, `ioFailure`; what an object store refuses.
    func access(isAhead: Bool = false) throws(SluiceError) -> any RandomAccess {
        guard isObject else { return try FileAccess(path: location) }
        let place = try S3Location(parsing: location)
        let store = try S3Stores.store(place.bucket, site)
        if !etag.isEmpty {
            return store.access(
                listed: ObjectInfo(name: place.key, byteCount: Int(byteCount), modifiedMicros: modifiedMicros, version: etag),
                isAhead: isAhead)
        }
        return try ServiceThreads.wait { () async throws(SluiceError) in try await store.access(place.key) }
    }
}

/// Files to look at one after another: of objects, a few are asked for ahead, so that each does not wait for the network by itself.
struct InputsAhead {
    private let options: FileReadOptions
    private var rest: ArraySlice<InputFile>
    private var opened: [FileInput] = []

    init(_ files: [InputFile], _ options: FileReadOptions) {
        self.options = options
        rest = files[...]
    }

    /// - Throws: What opening the next file throws.
    mutating func next() throws(SluiceError) -> FileInput? {
        while let file = rest.first, opened.isEmpty || (file.isObject && opened.count < ConnectorLimits.headsAhead) {
            opened.append(try options.input(file, isAhead: file.isObject))
            rest.removeFirst()
        }
        return opened.isEmpty ? nil : opened.removeFirst()
    }
}
