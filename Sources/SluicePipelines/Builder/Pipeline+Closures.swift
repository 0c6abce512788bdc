public import SluiceCore

// Steps with a closure written in place: registered under the pipeline's name and the step's number.
extension Pipeline {
    /// One row for each row, as `StepClosure.map`.
    public func map<Input: Decodable & SendableMetatype, Output: Codable & SendableMetatype>(
        schema: Schema? = nil, file: String = #filePath, line: Int = #line, _ body: @escaping @Sendable (Input) throws -> Output
    ) -> Pipeline {
        closure("map", file, line) { name in try .map(name, schema: schema, body) }
    }

    /// Any number of rows for each row, as `StepClosure.flatMap`.
    public func flatMap<Input: Decodable & SendableMetatype, Output: Codable & SendableMetatype>(
        schema: Schema? = nil, file: String = #filePath, line: Int = #line, _ body: @escaping @Sendable (Input) throws -> [Output]
    ) -> Pipeline {
        closure("flat-map", file, line) { name in try .flatMap(name, schema: schema, body) }
    }

    /// The rows for which the closure is true, as `StepClosure.filter`.
    public func filter<Input: Decodable & SendableMetatype>(
        file: String = #filePath, line: Int = #line, _ body: @escaping @Sendable (Input) throws -> Bool
    ) -> Pipeline {
        closure("filter", file, line) { name in .filter(name, body) }
    }

    /// Whole batches, as `StepClosure.batches`.
    public func mapBatches(
        reads columns: [String]? = nil, schema: @escaping @Sendable (Schema) throws -> Schema, file: String = #filePath, line: Int = #line,
        _ body: @escaping @Sendable (Batch) throws -> Batch
    ) -> Pipeline {
        closure("batches", file, line) { name in .batches(name, reads: columns, schema: schema, body) }
    }

    private func closure(_ kind: String, _ file: String, _ line: Int, _ make: (String) throws -> StepClosure) -> Pipeline {
        let name = "\(self.name)-\(steps.count + 1)-\(kind)"
        var next = step("swift", .text(name), file, line)
        do {
            next.closures.append(try make(name).closure)
        } catch {
            let failure = error as? SluiceError ?? SluiceError(.typeError, String(describing: error))
            next.failures.append(failure.located(at: .file(path: file, line: line)))
        }
        return next
    }
}
