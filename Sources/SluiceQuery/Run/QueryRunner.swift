package import SluiceCatalog
import SluiceConnectors
import SluiceCore
import SluiceEngine
import SluicePipelines

/// Answers queries: by the engine where a query means the same there, and by SQLite over virtual tables.
package struct QueryRunner: Sendable {
    package let resolver: TableResolver
    package let options: QueryOptions

    package init(resolver: TableResolver, options: QueryOptions) {
        self.resolver = resolver
        self.options = options
    }

    /// Prepares a query, gives it to `body`, and puts away what it held.
    ///
    /// - Parameters:
    ///   - explains: It is only to be explained, so that nothing is read for its result's types.
    ///   - view: What the query becomes, which it must not read.
    package func withQuery<Result: Sendable>(
        _ text: String, explains: Bool = false, making view: TableName? = nil, _ body: (PreparedQuery) async throws -> Result
    ) async throws -> Result {
        let start = ContinuousClock.now
        let statement = try expanded(QueryStatement(QueryText(text)), making: view)
        let session = try await SQLiteSession(figures: QueryFigures(policy: options.onError), width: options.width)
        do {
            let result = try await withTaskCancellationHandler {
                let query = try await PreparedQuery(statement, self, session, start: start, explains: explains)
                do {
                    let result = try await body(query)
                    await query.close()
                    return result
                } catch {
                    await query.close()
                    throw error
                }
            } onCancel: {
                session.interrupt()
            }
            await session.close()
            return result
        } catch {
            await session.close()
            if Task.isCancelled { throw SluiceError(.interrupted, "interrupted") }
            throw (error as? SluiceError)?.inWordsOfQueries ?? error
        }
    }

    /// The query with the SELECTs of the catalog's views in it.
    private func expanded(_ statement: QueryStatement, making view: TableName?) throws(SluiceError) -> QueryStatement {
        guard let catalog = resolver.catalog else { return statement }
        var view = view
        if case .createView(let name, _, _) = statement.action {
            let place = statement.text.location(statement.text.tokens[statement.target].range.lowerBound)
            do throws(SluiceError) { view = try TableName(parsing: name) } catch { throw error.located(at: place) }
        }
        return try QueryStatement(try ViewExpansion.expanded(statement.text, catalog, making: view), written: statement.text)
    }
}

extension SluiceError {
    /// The error with what a query can do about a bad record; pipelines can keep it aside, too.
    fileprivate var inWordsOfQueries: SluiceError {
        var own = self
        own.remedy = remedy?.replacing(
            "set `on_error: dead_letter` to keep such records aside and go on",
            with: "add --on-error skip to leave such records out and count them")
        return own
    }
}
