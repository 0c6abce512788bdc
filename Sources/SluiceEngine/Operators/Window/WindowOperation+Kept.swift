import SluiceExpressions
import SluicePipelines

extension WindowOperation {
    /// What open windows cannot do without when a definition is changed.
    var keptFacts: [StateSignature.Fact] {
        let cut =
            switch kind {
            case .sliding(let size, let slide):
                size == slide ? "of \(TimeSpan(micros: size))" : "of \(TimeSpan(micros: size)) every \(TimeSpan(micros: slide))"
            case .session(let gap): "of sessions with gaps below \(TimeSpan(micros: gap))"
            case .stagger(let size): "of \(TimeSpan(micros: size)) from a group's first row"
            case .count(let rows): "of \(rows) rows"
            }
        return [
            .init(name: "windows", value: cut), .init(name: "the time", value: timeText),
            .init(name: "groups", value: zip(groupTexts, groups.groups).map { "\($0) \($1.type)" }.joined(separator: ", ")),
            .init(name: "a lateness of", value: TimeSpan(micros: allowedLateness).description, longest: allowedLateness),
        ]
    }
}
