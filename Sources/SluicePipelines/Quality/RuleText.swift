package import SluiceCore
package import SluiceExpressions
package import SluiceQuality

/// A rule set with the place that its text came from, so that errors are placed at the character.
package struct RuleText: Sendable {
    /// Where the text stands.
    package enum Origin: Sendable {
        case node(DefinitionNode)
        case file(path: String)
    }

    package let ruleSet: RuleSet
    package let origin: Origin

    /// Rules that stand in a definition.
    package init(_ node: DefinitionNode) throws(SluiceError) {
        let text = try node.string()
        origin = .node(node)
        do throws(ExpressionError) {
            ruleSet = try RuleSet(parsing: text)
        } catch {
            throw Self.placed(error, text, origin)
        }
    }

    /// Rules that are a file of their own.
    package init(path: String) throws(SluiceError) { try self.init(text: try DefinitionFile.read(path), path: path) }

    /// - Parameter path: What places in the text are told by.
    package init(text: String, path: String) throws(SluiceError) {
        origin = .file(path: path)
        do throws(ExpressionError) {
            ruleSet = try RuleSet(parsing: text)
        } catch {
            throw Self.placed(error, text, origin)
        }
    }

    /// An error in the text, with its place.
    package func placed(_ error: ExpressionError) -> SluiceError { Self.placed(error, ruleSet.text, origin) }

    private static func placed(_ error: ExpressionError, _ text: String, _ origin: Origin) -> SluiceError {
        switch origin {
        case .node(let node): return ExpressionArgument.placed(error, in: node)
        case .file(let path):
            let (line, column) = error.position(in: text)
            return SluiceError(error.code, error.message, at: .file(path: path, line: line, column: column), remedy: error.remedy)
        }
    }
}
