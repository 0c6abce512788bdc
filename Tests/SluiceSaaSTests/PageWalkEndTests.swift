import SluiceCore
import SluiceTestKit
import Testing

@testable import SluiceSaaS

/// Where a window ends that a service does not.
extension PageWalkTests {
    @Test("pages without records end, however new their cursors are; between records there may be many") func emptyPages() throws {
        var walk = try walk("{cursor: next, parameter: after}")
        for page in 0..<3 * SaaSLimits.emptyPages {
            _ = try give(&walk, page % SaaSLimits.emptyPages == 0 ? "\(page)" : "", "\"next\":\"p\(page)\"")
        }
        let error = #expect(throws: SluiceError.self) { try give(&walk, "", "\"next\":\"end\"") }
        #expect(error?.code == .pagesWithoutRecords)
        // Whoever goes on there passes over them, and reads what is behind.
        var next = PageWalk(walk.entity, walk.read, from: walk.position)
        #expect(next.target.value == "end")
        #expect(try give(&next, "1 2", "\"next\":null") == ["1", "2"])
        #expect(next.isDone)
    }
}
