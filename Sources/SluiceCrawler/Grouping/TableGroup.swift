import SluiceCatalog
import SluiceFormats
import SluiceStorage

/// Files that are one table, and where their partition values stand.
struct TableGroup: Sendable {
    /// What the name is made of: a folder's name, or what the files' names have in common.
    var baseName: String
    /// The folder that all files lie below.
    var location: String
    /// Whether files of other tables lie in the same folder.
    var sharesFolder = false
    /// Whether the target is the one file.
    var isFile = false
    /// Names of the folder levels between the location and the files.
    var keys: [PartitionKey]
    /// How the files are read.
    var kind: FileClass
    /// In the order of their paths.
    var files: [File]
    /// The table of the catalog that the files are, where one was named.
    var table: TableName?

    struct File: Sendable {
        var file: FoundFile
        /// One for each key; nil is null.
        var values: [String?]
        /// The types that it states, if it does.
        var kind: FileClass
        /// It is not read, because the crawl takes samples, and it is taken for like one that is.
        var isAssumed = false
    }
}

/// A file that could be read and lies among others that it is not like.
package struct OddFile: Hashable, Sendable {
    package var path: String
    /// One sentence without a full stop.
    package var reason: String
}

/// A file of a target with what it is.
struct ClassifiedFile: Sendable {
    var file: FoundFile
    var kind: FileClass
    /// Files of one cluster can be one table.
    var cluster = 0
    /// It was not looked at, but taken for like another one.
    var isAssumed = false
}
