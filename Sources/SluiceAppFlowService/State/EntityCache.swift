import SluiceConnectors
import SluiceCore
import SluiceSaaS
import Synchronization

/// What services said of their entities, for an hour, or until a client resets it.
final class EntityCache: Sendable {
    struct Key: Hashable, Sendable {
        var profile: String
        var entity: String
    }

    private struct Entry {
        var entity: ServiceEntity
        var micros: Int64
    }

    /// Entities that are kept; the oldest go first.
    private static let most = 1_000
    private let held = Mutex<[Key: Entry]>([:])

    /// The entity with the fields that its service has now.
    ///
    /// - Throws: What asking the service throws.
    func entity(_ entity: ServiceEntity, of profile: ProfileRecord, _ service: ConnectedService, _ home: AppFlowHome) async throws
        -> ServiceEntity
    {
        let key = Key(profile: profile.name, entity: entity.name)
        let now = home.clock.nowMicros()
        if let entry = held.withLock({ $0[key] }), now - entry.micros < AppFlowLimits.cacheMicros, now >= entry.micros {
            return entry.entity
        }
        let session = try ConnectionStore(home.catalog).session(HouseName.of(profile.name), of: service.declaration)
        let found = try await session.following(entity)
        held.withLock { held in
            if held.count >= Self.most, let oldest = held.min(by: { $0.value.micros < $1.value.micros })?.key { held[oldest] = nil }
            held[key] = Entry(entity: found, micros: now)
        }
        return found
    }

    func forget(where isMeant: (Key) -> Bool) { held.withLock { held in for key in held.keys where isMeant(key) { held[key] = nil } } }
}
