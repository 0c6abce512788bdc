import SluiceCore
import Testing

@testable import SluiceExpressions

struct ClockTests {
    @Test("now() and today() are what the clock of the task says when rows come, not when the expression was bound")
    func clock() throws {
        let bound = try Expression(parsing: "now()").bind(to: .empty)
        for (micros, day) in [(1_709_294_400_000_000, 19_783), (-1, -1), (0, 0)] as [(Int64, Int32)] {
            let found = try EvaluationClock.$current.withValue(WallClock { micros }) {
                [bound.evaluate(oneRow).column[0], try value("today()")]
            }
            #expect(found == [.timestamp(micros, zoned: true), .date(day)])
        }
    }
}
