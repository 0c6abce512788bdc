import SluiceCore

/// Where in a document its records stand: `$.items[*]`, `$['orders'].lines`, `$[*]`.
///
/// The part of JSONPath that AWS Glue's classifiers take (Glue: "Writing JSON custom classifiers"): names behind a point or in brackets, a
/// number in brackets, and `[*]`. A path to an array means its elements.
struct JSONRecordsPath: Hashable, Sendable {
    enum Step: Hashable, Sendable {
        case member([UInt8])
        case element(Int)
        case anyElement
    }

    let steps: [Step]

    private static let mostSteps = 64

    /// - Throws: `invalidOption`.
    init(_ text: String) throws(SluiceError) {
        var rest = text[...]
        guard rest.popFirst() == "$" else { throw Self.wrong(text) }
        var steps: [Step] = []
        while let first = rest.popFirst() {
            switch first {
            case ".":
                let name = rest.prefix { $0 != "." && $0 != "[" }
                guard !name.isEmpty, name != "*" else { throw Self.wrong(text) }
                rest = rest.dropFirst(name.count)
                steps.append(.member(Array(name.utf8)))
            case "[": steps.append(try Self.bracket(&rest, text))
            default: throw Self.wrong(text)
            }
        }
        guard steps.count <= Self.mostSteps else { throw Self.wrong(text) }
        self.steps = steps
    }

    private static func bracket(_ rest: inout Substring, _ text: String) throws(SluiceError) -> Step {
        if let quote = rest.first, quote == "'" || quote == "\"" {
            rest.removeFirst()
            let name = rest.prefix { $0 != quote }
            rest = rest.dropFirst(name.count)
            guard rest.popFirst() == quote, rest.popFirst() == "]", !name.isEmpty else { throw wrong(text) }
            return .member(Array(name.utf8))
        }
        let inside = rest.prefix { $0 != "]" }
        rest = rest.dropFirst(inside.count)
        guard rest.popFirst() == "]" else { throw wrong(text) }
        if inside == "*" { return .anyElement }
        guard let index = Int(inside), index >= 0 else { throw wrong(text) }
        return .element(index)
    }

    private static func wrong(_ text: String) -> SluiceError {
        SluiceError(
            .invalidOption, "\(text.quotedForMessage) is no path to records",
            remedy: "write names, numbers and [*] behind $: $.items[*], $['orders'][0].lines")
    }

    /// Whether an array that the path leads to stands for its elements.
    var meansElements: Bool {
        switch steps.last {
        case .member, nil: true
        case .element, .anyElement: false
        }
    }

    /// Whether a member or element leads on.
    func leads(_ step: Int, name: [UInt8]) -> Bool { steps[step] == .member(name) }
    func leads(_ step: Int, index: Int) -> Bool { steps[step] == .anyElement || steps[step] == .element(index) }
}
