/// A file of the store: which it is, and where it belongs.
struct StoredFile: Hashable, Sendable {
    /// Where a file belongs once its change is carried out.
    enum Place: Int64, Sendable {
        /// In the bucket's folder, under its key.
        case folder
        /// Among the files without a name that others can see: of older versions, of parts, and of keys that are no paths.
        case nameless
    }

    /// Its number: nanoseconds since 1970 when it was made, later than those of all that were made before.
    var stamp: Int64
    /// Its time of modification, nanoseconds since 1970, by which a file in a folder is known: `stamp` unless another program wrote it.
    var fileTime: Int64
    var byteCount: Int64
    var place: Place
}
