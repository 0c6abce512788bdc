import SluiceCore

extension ColumnEvidence {
    /// Takes in one text.
    @inline(__always)
    mutating func take(
        _ text: UnsafeBufferPointer<UInt8>, _ classifier: inout ValueClassifier, _ path: String, _ line: @autoclosure () -> Int64
    ) {
        let kind = classifier.kind(of: text, forms: forms)
        take(text, kind, &classifier, path, line())
    }

    /// Takes in one text whose kind is known.
    @inline(__always)
    mutating func take(
        _ text: UnsafeBufferPointer<UInt8>, _ kind: ValueKind, _ classifier: inout ValueClassifier, _ path: String,
        _ line: @autoclosure () -> Int64
    ) {
        if counts[kind.index] == 0 { firsts[kind.index] = ValuePlace(path: path, line: line(), bytes: text) }
        counts[kind.index] &+= 1
        lengths.take(text.count)
        let hash = ValueHash.of(text)
        distinct.insert(hash)
        samples.take(text, hash)
        switch kind {
        case .integer:
            integers.take(classifier.integer)
            if classifier.wholeDigits > wholeDigits { wholeDigits = classifier.wholeDigits }
        case .fraction, .float: takeFloat(text, kind, &classifier, path, line())
        case .date: days.take(classifier.time)
        case .timestamp, .zonedTimestamp: times.take(classifier.time)
        case .day:
            forms &= classifier.forms
            texts.take(text)
        case .hugeInteger: if text.count > wholeDigits { wholeDigits = text.count }
        default: texts.take(text)
        }
    }

    private mutating func takeFloat(
        _ text: UnsafeBufferPointer<UInt8>, _ kind: ValueKind, _ classifier: inout ValueClassifier, _ path: String, _ line: Int64
    ) {
        floats.take(classifier.float)
        if !classifier.isExact {
            if inexact == 0 { firstInexact = ValuePlace(path: path, line: line, bytes: text) }
            inexact += 1
        }
        guard kind == .fraction else { return }
        scales.take(classifier.scale)
        if classifier.wholeDigits > wholeDigits { wholeDigits = classifier.wholeDigits }
    }

    /// Takes in a column of a block of records.
    ///
    /// - Parameter line: Of a row, from 1.
    mutating func take(_ texts: TextColumn, _ classifier: inout ValueClassifier, _ path: String, line: (Int) -> Int64) {
        var missing: Int64 = 0
        for row in texts.spans.indices {
            let span = texts.spans[row]
            if span == TextColumn.null {
                missing &+= 1
            } else {
                take(texts.text(span), &classifier, path, line(row))
            }
        }
        nulls += missing
    }
}
