package import SluiceCatalog
package import SluiceCrawler
import SluiceCore
import SluiceServer

/// Crawlers that clients made, for commands.
package enum GlueCrawlers {
    /// What a crawl of one does; nil where there is none of the name.
    ///
    /// - Parameters:
    ///   - directory: The state's, as a whole path.
    ///   - project: The folder in which it may look beside the buckets, as a whole path.
    /// - Throws: `invalidArgument` for a crawler that can no longer crawl what it is to.
    package static func settings(_ name: String, _ catalog: Catalog, directory: String, project: String) throws -> CrawlSettings? {
        let places = Places(buckets: directory + "/buckets", project: project)
        do {
            return try catalog.document(Crawlers.kind, name).map { try Crawlers.record($0).settings(places, catalog) }
        } catch let fault as ServiceFault {
            throw SluiceError(.invalidArgument, fault.message)
        }
    }
}
