import SluiceCatalog
import SluiceCore
import SluicePipelines
import SluiceScheduler
import SluiceTestKit
import Testing

@Suite("numbered events") struct NumberedEventTests {
    @Test("an event that comes again has no second run, also behind a restart; a paused job has none at all") func once() throws {
        let directory = try TemporaryDirectory()
        let load = try job("load")
        let other = try job("other")
        func runs(_ catalog: Catalog, _ name: String) throws -> [String?] {
            try catalog.readSchedule { try $0.runs(job: name, limit: 100) }.reversed().map { $0.parameters["event"] }
        }
        do {
            let catalog = try Catalog(home: directory.path("home"))
            let events = NumberedEvents(catalog, source: "buckets")
            #expect(try events.last(of: "load") == 0)
            try events.add(load, through: 5, parameters: ["event": "a"])
            try events.add(load, through: 5, parameters: ["event": "again"])
            try events.add(load, through: 3, parameters: ["event": "older"])
            try NumberedEvents(catalog, source: "others").add(load, through: 1, parameters: ["event": "b"])
            try events.add(other, through: 4, parameters: ["event": "c"])
            try catalog.close()
        }
        let catalog = try Catalog(home: directory.path("home"))
        let events = NumberedEvents(catalog, source: "buckets")
        #expect(try events.last(of: "load") == 5)
        try events.add(load, through: 5, parameters: ["event": "again"])
        try catalog.changeSchedule { ledger in
            try ledger.put(StoredJob(name: "other", declaration: nil, schedule: "", isPaused: true, cursor: 0, createdMicros: 0))
        }
        try events.add(other, through: 9, parameters: ["event": "paused"])
        #expect(try runs(catalog, "load") == ["a", "b"] && runs(catalog, "other") == ["c"] && events.last(of: "other") == 9)
    }
}
