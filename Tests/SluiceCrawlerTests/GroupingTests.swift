import SluiceCatalog
import SluiceCore
import SluiceCrawler
import Testing

@Suite("Folders become tables")
struct GroupingTests {
    @Test("folders named key=value are partitions with typed keys") func hive() async throws {
        let folder = try CrawlFolder()
        for month in 1...3 { try folder.write("lake/year=2024/month=\(month)/a.csv", CrawlFolder.orders(month)) }
        let plan = try await folder.plan { $0.targets = [folder.data + "/lake"] }
        #expect(plan.shapes == ["lake: id int64, item string, price decimal(3,2), year int64, month int64"])
        #expect(plan.tables[0].addedPartitions == [["2024", "1"], ["2024", "2"], ["2024", "3"]])
        #expect(plan.tables[0].rows == 9 && plan.leftOut.isEmpty)
    }

    @Test("keys whose values would change as numbers are strings") func keyTypes() async throws {
        let folder = try CrawlFolder()
        for (month, day) in [("01", "2024-01-05"), ("12", "2024-12-31")] {
            try folder.write("t/month=\(month)/day=\(day)/a.csv", CrawlFolder.orders(1))
        }
        #expect(try await folder.plan().tables[0].definition.partitionKeys.map(\.type) == [.string, .date])
    }

    @Test("other folders that are alike are partition_0 and so on") func unnamed() async throws {
        let folder = try CrawlFolder()
        for (year, month) in [("2023", "11"), ("2023", "12"), ("2024", "1")] {
            try folder.write("sales/\(year)/\(month)/a.csv", CrawlFolder.orders(1))
        }
        let plan = try await folder.plan { $0.targets = [folder.data + "/sales"] }
        #expect(plan.shapes == ["sales: id int64, item string, price decimal(3,2), partition_0 int64, partition_1 int64"])
    }

    @Test("folders that are not alike are tables of their own") func apart() async throws {
        let folder = try CrawlFolder()
        try folder.write("orders/a.csv", CrawlFolder.orders(1))
        try folder.write("people/a.csv", "name,age,city,mail\nAnn,30,Ulm,a@b\nBob,41,Bonn,c@d\n")
        try folder.write("events/a.jsonl", "{\"at\":\"2024-01-05T10:00:00Z\",\"n\":{\"x\":1}}\n")
        let plan = try await folder.plan()
        #expect(
            plan.shapes == [
                "events: at timestamptz, n struct<x: int64>", "orders: id int64, item string, price decimal(3,2)",
                "people: name string, age int64, city string, mail string",
            ])
    }

    @Test("a table of one file among those of others says which it is") func onlyFiles() async throws {
        let folder = try CrawlFolder()
        try folder.write("events/a.jsonl", "{\"at\":\"2024-01-05T10:00:00Z\",\"n\":{\"x\":1}}\n")
        try folder.write("events/b.jsonl", "{\"name\":\"Ann\",\"age\":30,\"city\":\"Ulm\"}\n")
        try folder.write("alone/c.csv", CrawlFolder.orders(1))
        try await folder.apply()
        func file(_ name: String) throws -> String? { try folder.table(name).definition.parameters[TableDefinition.onlyFile] }
        #expect(try file("a") == folder.data + "/events/a.jsonl" && folder.table("a").definition.location == folder.data + "/events")
        #expect(try file("b") == folder.data + "/events/b.jsonl")
        #expect(try file("alone") == nil)
        try await folder.apply()
        #expect(try folder.table("a").version == 1)
    }

    @Test("one column more or less is still the same table; the column is null where it is not") func drift() async throws {
        let folder = try CrawlFolder()
        for day in 1...4 { try folder.write("t/day=\(day)/a.csv", CrawlFolder.orders(day)) }
        try folder.write("t/day=5/a.csv", "id,item,price,gate\n9,pen,1.25,A\n")
        let plan = try await folder.plan()
        #expect(plan.shapes == ["t: id int64, item string, price decimal(3,2), gate string, day int64"])
        #expect(plan.tables[0].definition.columns.map(\.name) == ["id", "item", "price", "gate"])
    }

    @Test("partitions of two kinds are two tables, not one for each folder") func twoKinds() async throws {
        let folder = try CrawlFolder()
        for day in 1...4 {
            try folder.write("t/month=\(day % 2)/day=\(day)/a.csv", CrawlFolder.orders(day))
            try folder.write("t/month=\(day % 2)/day=\(day + 10)/a.csv", "w,x,y,z\n1,2,3,4\n")
        }
        let plan = try await folder.apply()
        #expect(plan.tables.map(\.files.count) == [4, 4] && Set(plan.tables.map(\.name)).count == 2)
        #expect(plan.tables.allSatisfy { $0.definition.partitionKeys.map(\.name) == ["month", "day"] })
        #expect(try await folder.apply().isUnchanged)
    }

    @Test("one odd file among many is reported, and splits nothing") func odd() async throws {
        let folder = try CrawlFolder()
        for day in 1...5 { try folder.write("orders/\(day).csv", CrawlFolder.orders(day)) }
        try folder.write("orders/notes.csv", "who,what,when,why\na,b,c,d\n")
        let plan = try await folder.plan()
        #expect(plan.shapes == ["orders: id int64, item string, price decimal(3,2)"])
        #expect(plan.leftOutNames == ["odd notes.csv"])
    }

    @Test("a folder of several tables gives each the name that its files have in common") func several() async throws {
        let folder = try CrawlFolder()
        for day in 1...2 { try folder.write("orders-2024-0\(day).csv", CrawlFolder.orders(day)) }
        try folder.write("people.csv", "name,age,city,mail\nAnn,30,Ulm,a@b\n")
        #expect(try await folder.plan().tables.map(\.name.table) == ["orders", "people"])
    }

    @Test("files beside a folder are tables of their own") func beside() async throws {
        let folder = try CrawlFolder()
        for day in 1...4 { try folder.write("orders/\(day).csv", CrawlFolder.orders(day)) }
        try folder.write("people.csv", "name,age,city,mail\nAnn,30,Ulm,a@b\n")
        let plan = try await folder.plan()
        #expect(plan.tables.map(\.name.table).sorted() == ["data", "orders"] && plan.leftOut.isEmpty)
    }

    @Test("compressed and plain files are no one table") func compression() async throws {
        let folder = try CrawlFolder()
        try folder.write("a/x.csv", CrawlFolder.orders(1))
        try folder.write("b/x.jsonl", "{\"id\":1,\"item\":\"pen\",\"price\":1.5}\n")
        #expect(try await folder.plan().tables.map(\.definition.format) == ["csv", "json"])
    }

    @Test("a level of folders can be said to be the tables") func level() async throws {
        let folder = try CrawlFolder()
        for (shop, day) in [("eu", 1), ("eu", 2), ("us", 1)] { try folder.write("\(shop)/day=\(day)/a.csv", CrawlFolder.orders(day)) }
        let plan = try await folder.plan { $0.tableLevel = 2 }
        #expect(plan.tables.map(\.name.table) == ["eu", "us"])
        #expect(plan.tables.map { $0.definition.partitionKeys.map(\.name) } == [["day"], ["day"]])
        #expect(try await folder.plan().tables.map(\.name.table) == ["data"])
    }

    @Test("folders that can be read alike can be put together whatever their columns") func combined() async throws {
        let folder = try CrawlFolder()
        try folder.write("t/k=1/a.csv", "a,b\n1,2\n")
        try folder.write("t/k=2/a.csv", "c,d\n1,2\n")
        #expect(try await folder.plan().tables.count == 2)
        let plan = try await folder.plan { $0.grouping = .combine }
        #expect(plan.tables.map { $0.definition.columns.map(\.name) } == [["a", "b", "c", "d"]])
    }

    @Test("a column named as a partition key but for case: the key gets another name") func clash() async throws {
        let folder = try CrawlFolder()
        for day in 1...2 { try folder.write("t/day=\(day)/a.csv", "id,Day,item\n1,\(day),pen\n") }
        let table = try #require(try await folder.plan().tables.first)
        #expect(table.definition.columns.map(\.name) == ["id", "Day", "item"])
        #expect(table.definition.partitionKeys.map(\.name) == ["partition_day"])
        #expect(table.notices.contains { $0.contains("partition_day") }, "\(table.notices)")
    }

    @Test("names of tables are lower case, and two that would be equal are told apart") func names() async throws {
        let folder = try CrawlFolder()
        try folder.write("Ägypten & Co/a.csv", CrawlFolder.orders(1))
        try folder.write("Sales/a.csv", "name,age,city,mail\nAnn,30,Ulm,a@b\n")
        try folder.write("sales/a.csv", "w,x,y,z\n1,2,3,4\n")
        let names = try await folder.plan { $0.prefix = "raw_" }.tables.map(\.name.table)
        #expect(names.count == 3 && Set(names).count == 3)
        #expect(
            names.allSatisfy {
                $0.hasPrefix("raw_")
                    && $0.utf8.allSatisfy { byte in byte == 0x5F || (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte) }
            }, "\(names)")
    }
}
