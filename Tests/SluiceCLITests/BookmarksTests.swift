import SluiceCatalog
import SluiceCore
import SluiceTestKit
import Testing

@testable import SluiceCLI

@Suite("bookmarks") struct BookmarksTests {
    @Test("bookmarks are listed, shown, and forgotten one by one or all") func bookmarks() async throws {
        let directory = try TemporaryDirectory()
        let home = directory.path("home")
        #expect(await sluice("bookmarks", "list", "--home", home).out.hasPrefix("No bookmarks in "))
        #expect(await sluice("bookmarks", "show", "orders", "--home", home).status == .wrongUsage)
        #expect(!directory.exists("home"))

        let catalog = try Catalog(home: home)
        try catalog.setBookmark(Bookmark(pipeline: "orders", source: "in/a.csv", position: Array("12 1700000000000000".utf8)))
        try catalog.setBookmark(Bookmark(pipeline: "orders", source: "in/b.csv", position: [0xFF, 0]))
        try catalog.setBookmark(Bookmark(pipeline: "views", source: "clicks/shardId-000000000000", position: Array("42".utf8)))
        try catalog.close()

        let list = try await sluice("bookmarks", "list", "--home", home, "--json").json
        #expect(list["pipelines"]?[0]?["pipeline"]?.text == "orders" && list["pipelines"]?[0]?["bookmarks"]?.integer == 2)
        #expect(list["pipelines"]?[1]?["pipeline"]?.text == "views" && list["pipelines"]?[1]?["epochs"]?.integer == 0)
        #expect(await sluice("bookmarks", "list", "--home", home).out.contains("2 bookmarks"))
        let shown = await sluice("bookmarks", "show", "orders", "--home", home)
        #expect(shown.out.contains("in/a.csv") && shown.out.contains("12 1700000000000000") && shown.out.contains("/wA="), "\(shown.out)")
        let cut = await sluice("bookmarks", "show", "orders", "--limit", "1", "--home", home)
        #expect(cut.out.contains("… 1 more"), "\(cut.out)")
        let near = await sluice("bookmarks", "show", "order", "--home", home)
        #expect(near.status == .wrongUsage && near.err.contains(#"did you mean "orders"?"#), "\(near.err)")

        let unsure = await sluice("bookmarks", "reset", "orders", "--home", home)
        #expect(unsure.status == .wrongUsage && unsure.err.contains("--yes"), "\(unsure.err)")
        let other = await sluice("bookmarks", "reset", "orders", "--source", "in/c.csv", "--yes", "--home", home)
        #expect(other.status == .wrongUsage && other.err.contains("did you mean"), "\(other.err)")
        #expect(await sluice("bookmarks", "reset", "orders", "--source", "in/a.csv", "--yes", "--home", home).status == .done)
        let rest = try await sluice("bookmarks", "show", "orders", "--home", home, "--json").json
        #expect(rest["bookmarks"]?[0]?["source"]?.text == "in/b.csv" && rest["bookmarks"]?[1] == nil)
        #expect(try await sluice("bookmarks", "reset", "orders", "--yes", "--home", home, "--json").json["reset"]?.boolean == true)
        let left = try await sluice("bookmarks", "list", "--home", home, "--json").json
        #expect(left["pipelines"]?[0]?["pipeline"]?.text == "views" && left["pipelines"]?[1] == nil)
    }

    @Test("what a running pipeline reads is not forgotten under its hands") func running() async throws {
        let directory = try TemporaryDirectory()
        let home = directory.path("home")
        let catalog = try Catalog(home: home)
        try catalog.setBookmark(Bookmark(pipeline: "orders", source: "in/a.csv", position: [1]))
        let lock = try catalog.lock(pipeline: "orders")
        let refused = await sluice("bookmarks", "reset", "orders", "--yes", "--home", home)
        #expect(refused.status == .failed && refused.err.contains("already-running"), "\(refused.err)")
        #expect(try catalog.bookmarks().count == 1)
        lock.release()
        #expect(await sluice("bookmarks", "reset", "orders", "--yes", "--home", home).status == .done)
        #expect(try catalog.bookmarks().isEmpty)
    }
}
