import SluiceJSON
import Testing

@testable import SluiceMocks

@Suite("records over a virtual time")
struct TimelineTests {
    @Test("the same seed brings the same changes, another others") func deterministic() {
        var (a, b, c) = (Timeline(seed: 1, rows: 50), Timeline(seed: 1, rows: 50), Timeline(seed: 2, rows: 50))
        a.advance(to: a.begin + 1_000_000_000)
        for step in stride(from: 0, through: 1_000_000_000, by: 7_000_000) { b.advance(to: b.begin + Int64(step)) }
        b.advance(to: b.begin + 1_000_000_000)
        c.advance(to: c.begin + 1_000_000_000)
        let all = { (timeline: Timeline) in timeline.page(since: 0, after: nil, limit: 1_000) }
        #expect(all(a) == all(b))
        #expect(all(a) != all(c))
        #expect(a.count > 50)
    }

    @Test("pages of any size give each record once, in order", arguments: [1, 3, 7, 100]) func pages(_ size: Int) {
        var timeline = Timeline(seed: 3, rows: 100)
        timeline.advance(to: timeline.begin + 2_000_000_000)
        var found: [Timeline.Entry] = []
        while true {
            let page = timeline.page(since: 0, after: found.last, limit: size)
            found += page
            if page.count < size { break }
        }
        #expect(Set(found.map(\.index)) == Set(0..<timeline.count))
        #expect(found.count == timeline.count)
        #expect(found.map(\.updated) == found.map(\.updated).sorted())
        // Five records share a timestamp.
        #expect(Set(found.map(\.updated)).count < found.count)
    }

    @Test("a lower bound is included") func bound() {
        let timeline = Timeline(seed: 1, rows: 20)
        let page = timeline.page(since: Timeline.epoch + 5_000_000, after: nil, limit: 100)
        #expect(page.map(\.index) == Array(5..<20))
    }

    @Test("plans of faults are read, and what is none is told") func plans() throws {
        let plan = try FaultPlan(
            parsing: Array(
                #"{"faults":[{"fault":"throttle","at":3},{"fault":"cut","from":2,"to":8,"every":3,"service":"slack"},{"fault":"late-writes","at":4}]}"#
                    .utf8))
        #expect(plan.faults("zendesk", request: 3) == [.throttle])
        #expect(plan.faults("slack", request: 5) == [.cut, .lateWrites])
        #expect(plan.faults("slack", request: 9) == [.lateWrites])
        #expect(plan.faults("zendesk", request: 2) == [])
        for text in [
            "", "{}", #"{"faults":[{"fault":"thunder"}]}"#, #"{"faults":[{"fault":"cut","at":0}]}"#,
            #"{"faults":[{"fault":"cut","every":"x"}]}"#,
        ] {
            #expect(throws: FaultPlan.Malformed.self, "\(text)") { try FaultPlan(parsing: Array(text.utf8)) }
        }
    }
}
