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
        #expect(throws: SluiceError.self) { try give(&walk, "", "\"next\":\"end\"") }
    }
}
