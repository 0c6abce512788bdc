package import SluiceCore
import SluiceStreams
import Synchronization

extension RecordStream {
    /// What a gate let through of records that are appended in order.
    package struct Admission: Sendable {
        /// Rows to append, in order.
        package var kept: [Int32]
        /// The first that does not fit, where the stream rejects; none behind it is kept.
        package var refused: (row: Int, error: SluiceError)?
        /// Records that are among the dead letters now.
        package var letters = 0
    }

    /// The binding that puts are checked against; nil for a stream without one.
    var enforced: SchemaBinding? {
        guard let binding = table.withLock({ $0.metadata.configuration.schema }), binding.enforcement != .off else { return nil }
        return binding
    }

    /// The check of records that a writer of the stream must make before it commits to them; nil where nothing is checked.
    ///
    /// - Throws: what keeps the schema from being used.
    package func admit(_ records: NewRecords) async throws(SluiceError) -> Admission {
        let all = (0..<Int32(records.count)).map { $0 }
        guard let binding = enforced, let gate else { return Admission(kept: all) }
        let faults = try gate.faults(of: records.payloads, binding)
        guard let first = faults.first else { return Admission(kept: all) }
        if binding.enforcement == .reject { return Admission(kept: Array(all[..<Int(first.row)]), refused: (Int(first.row), first.error)) }
        for fault in faults {
            let row = Int(fault.row)
            _ = try await gate.keep(records.keys[row], records.payloads[row], fault.error, binding.schema)
        }
        let gone = Set(faults.map(\.row))
        return Admission(kept: all.filter { !gone.contains($0) }, letters: faults.count)
    }

    /// Stores what fits of a batch; the others fail, or are dead letters.
    func putChecked(_ batch: PutBatch, _ binding: SchemaBinding, _ gate: StreamGate) async throws(SluiceError) -> [PutOutcome] {
        let faults = try gate.faults(of: batch.payloads, binding)
        if faults.isEmpty { return try await putAll(batch, .service) }
        let gone = Set(faults.map(\.row))
        let kept = (0..<Int32(batch.count)).filter { !gone.contains($0) }
        var outcomes = [PutOutcome?](repeating: nil, count: batch.count)
        if !kept.isEmpty {
            for (row, outcome) in zip(kept, try await putAll(batch.gather(kept), .service)) { outcomes[Int(row)] = outcome }
        }
        for fault in faults {
            let row = Int(fault.row)
            switch binding.enforcement {
            case .deadLetter:
                outcomes[row] = .stored(try await gate.keep(batch.keys[row], batch.payloads[row], fault.error, binding.schema))
            case .reject, .off: outcomes[row] = .failed(fault.error)
            }
        }
        return outcomes.compactMap(\.self)
    }
}

extension PutBatch {
    /// Some of the records, in order.
    fileprivate func gather(_ rows: [Int32]) -> PutBatch {
        PutBatch(
            keys: keys.gather(rows), payloads: payloads.gather(rows), hashKeys: hashKeys.map { keys in rows.map { keys[Int($0)] } },
            headers: headers, producer: producer, sequenceNumberForOrdering: sequenceNumberForOrdering)
    }
}
