import SluiceCore

// Several sinks in place of one.
extension Pipeline {
    /// Sends rows behind the steps on a way of their own, with a sink of its own; instead of `sink`.
    ///
    /// ```swift
    /// Pipeline("orders").source(.files("orders/*.csv"))
    ///     .route("large", when: "amount > 1000") { $0.derive(["tax": "amount * 0.2"]).sink(.table("sales.large")) }
    ///     .otherwise { $0.sink(.table("sales.small")) }
    /// ```
    ///
    /// - Parameters:
    ///   - condition: the rows that it gets: those for which the expression is true; all when nil.
    ///   - branch: steps and the sink, added to what it is given.
    public func route(
        _ name: String, when condition: String? = nil, file: String = #filePath, line: Int = #line, _ branch: (Pipeline) -> Pipeline
    ) -> Pipeline {
        let place = SourceLocation.file(path: file, line: line)
        let first = condition.map { [("when", DefinitionNode.text($0, at: place))] } ?? []
        return adding(to: "routes", name, first, place, branch(Pipeline("\(self.name)-\(name)", file: file, line: line)))
    }

    /// Sends the rows that no route took on a way of their own.
    public func otherwise(file: String = #filePath, line: Int = #line, _ branch: (Pipeline) -> Pipeline) -> Pipeline {
        let place = SourceLocation.file(path: file, line: line)
        let added = branch(Pipeline("\(name)-otherwise", file: file, line: line))
        return taking(added, place).with { $0.set("otherwise", added.branchNode([], place)) }
    }

    /// Sends the rows that a step puts aside under a name on a way of their own.
    public func sideOutput(
        _ name: String, file: String = #filePath, line: Int = #line, _ branch: (Pipeline) -> Pipeline
    ) -> Pipeline {
        let place = SourceLocation.file(path: file, line: line)
        return adding(to: "side_outputs", name, [], place, branch(Pipeline("\(self.name)-\(name)", file: file, line: line)))
    }

    /// Whether a row goes into the first route whose condition is true, or into all of these; `first` unless said.
    public func match(_ match: Match, file: String = #filePath, line: Int = #line) -> Pipeline {
        with { $0.set("match", .text(match.rawValue, at: .file(path: file, line: line))) }
    }

    /// Which routes a row goes into.
    public enum Match: String, Sendable { case first, all }

    private func adding(
        to key: String, _ name: String, _ first: [(String, DefinitionNode)], _ place: SourceLocation, _ branch: Pipeline
    ) -> Pipeline {
        var entries: [DefinitionNode.Entry] = []
        if case .mapping(let known)? = self.entries.first(where: { $0.0 == key })?.1.content { entries = known }
        var node = branch.branchNode(first, place)
        node.keyLocation = place
        entries.append(DefinitionNode.Entry(key: name, keyLocation: place, value: node))
        return taking(branch, place).with {
            $0.set(key, DefinitionNode(.mapping(entries), location: place))
            if Set(entries.map(\.key)).count < entries.count {
                $0.failures.append(SluiceError(.invalidOption, "there are two outputs \(name.quotedForMessage)", at: place))
            }
        }
    }

    /// With the closures and mistakes of a branch.
    private func taking(_ branch: Pipeline, _ place: SourceLocation) -> Pipeline {
        with { pipeline in
            pipeline.closures += branch.closures
            pipeline.failures += branch.failures
            if let key = branch.entries.map(\.0).first(where: { $0 != "sink" }) {
                pipeline.failures.append(
                    SluiceError(
                        .invalidOption, "an output has steps and a sink, and no \(key.quotedForMessage)", at: place,
                        remedy: "call it on the pipeline itself"))
            }
        }
    }

    private func branchNode(_ first: [(String, DefinitionNode)], _ place: SourceLocation) -> DefinitionNode {
        let all = first + (steps.isEmpty ? [] : [("steps", .list(steps, at: place))]) + entries.filter { $0.0 == "sink" }
        return DefinitionNode.mapping(all, at: place)
    }
}
