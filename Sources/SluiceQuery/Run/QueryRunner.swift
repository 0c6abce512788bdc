import SluiceCore
import SluicePipelines
import SluiceConnectors
import SluiceEngine

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
    /// - Parameter explains: It is only to be explained, so that nothing is read for its result's types.
    package func withQuery<Result: Sendable>(
        _ text: String, explains: Bool = false, _ body: (PreparedQuery) async throws -> Result
    ) async throws -> Result {
        let start = ContinuousClock.now
        let statement = try QueryStatement(QueryText(text))
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
