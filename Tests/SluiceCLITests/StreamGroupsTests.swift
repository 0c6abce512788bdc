import SluiceCatalog
import SluiceConnectors
import SluiceCore
import SluiceStreams
import SluiceTestKit
import Testing

@testable import SluiceCLI

@Suite("stream groups") struct StreamGroupsTests {
    @Test("groups are listed, and the leases of one are shown") func groups() async throws {
        let directory = try TemporaryDirectory()
        let home = directory.path("home")
        #expect(await sluice("stream", "groups", "--home", home).out == "No consumer groups.\n")
        #expect(await sluice("stream", "groups", "s", "billing", "--home", home).status == .wrongUsage)
        #expect(!directory.exists("home"))

        let catalog = try Catalog(home: home)
        let store = CatalogLeaseStore(catalog)
        let (group, member) = (try GroupID(stream: "s", name: "billing"), try MemberID(name: "worker-1", session: "a"))
        let joined = try store.join(group, as: member, creating: try GroupSettings())
        let shard = GroupShard(id: "shardId-000000000000", range: HashRange(first: 0, last: .max))
        var plan = LeaseRestructure(revision: joined.revision)
        plan.created = [NewLease(shard, at: .trimHorizon)]
        let changed = try #require(try store.apply([.restructure(plan)], to: group, as: member))
        let lease = try #require(changed.lease(shard.id))
        _ = try store.apply([.take(shard: shard.id, counter: lease.counter)], to: group, as: member)
        try catalog.close()

        let list = await sluice("stream", "groups", "--home", home)
        #expect(list.status == .done && list.out.contains("billing") && list.out.contains("start"), "\(list.out)\(list.err)")
        #expect(await sluice("stream", "groups", "other", "--home", home).status == .wrongUsage)
        let shown = await sluice("stream", "groups", "s", "billing", "--home", home)
        #expect(shown.out.contains("members    worker-1\n") && shown.out.contains("owned"), "\(shown.out)\(shown.err)")
        let json = try await sluice("stream", "groups", "s", "billing", "--home", home, "--json").json
        #expect(json["leases"]?[0]?["owner"]?.text == "worker-1" && json["members"]?[0]?["active"]?.boolean == true)
        let near = await sluice("stream", "groups", "s", "biling", "--home", home)
        #expect(near.status == .wrongUsage && near.err.contains(#"did you mean "billing"?"#), "\(near.err)")
    }
}
