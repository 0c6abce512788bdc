package import SluiceCore
import Synchronization

/// The buckets that a process uses: each keeps what it found out of its region and its clock.
package enum S3Stores {
    private struct Name: Hashable {
        var bucket: String
        var site: S3Site
    }

    private static let services = Mutex<[Name: S3Service]>([:])

    /// - Throws: `noCredentials`, `invalidOption`.
    package static func service(_ bucket: String, _ site: S3Site) throws(SluiceError) -> S3Service {
        let name = Name(bucket: bucket, site: site)
        if let known = services.withLock({ $0[name] }) { return known }
        let service = try S3Service(bucket: bucket, site: site)
        return services.withLock { services in
            if let known = services[name] { return known }
            services[name] = service
            return service
        }
    }

    /// Takes a service in place of the one that would be made for its bucket and site, for tests.
    package static func use(_ service: S3Service) {
        services.withLock { $0[Name(bucket: service.bucket, site: service.site)] = service }
    }

    /// All objects of a bucket.
    package static func store(_ bucket: String, _ site: S3Site) throws(SluiceError) -> S3Store { S3Store(try service(bucket, site)) }
}
