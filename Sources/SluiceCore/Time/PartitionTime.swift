/// Which partition columns say when the rows of a partition happened: `year`, `month`, `day` and `hour`, as many as there are without a gap,
/// or one column whose values are times.
package struct PartitionTime: Hashable, Sendable {
    /// Positions among the partition columns: of the year first, or of the one column.
    package let positions: [Int]
    /// In the order of `positions`.
    package let columns: [String]
    private let isSplit: Bool
    /// The longest stretch that one partition takes, as far as names and types tell; nil where only its value does.
    package let unit: CalendarUnit?

    private static let parts = ["year", "month", "day", "hour"]
    /// What a text column is called that says a time.
    private static let timeNames: [String: CalendarUnit] = [
        "date": .day, "day": .day, "dt": .day, "ds": .day, "hour": .hour, "month": .month,
    ]

    /// A year, with the parts of it that there are; nil where there is no column `year`.
    package init?(yearAmong columns: [String]) {
        let names = columns.map { $0.lowercased() }
        let found = Self.parts.map { part in names.firstIndex(of: part) }.prefix { $0 != nil }.compactMap(\.self)
        guard !found.isEmpty else { return nil }
        positions = found
        self.columns = found.map { columns[$0] }
        isSplit = true
        unit = [CalendarUnit.year, .month, .day, .hour][found.count - 1]
    }

    /// One column of times.
    package init(column: String, at position: Int, unit: CalendarUnit? = nil) {
        positions = [position]
        columns = [column]
        isSplit = false
        self.unit = unit
    }

    /// By the values that there are: `year` and its parts, else the first column all of whose values name a month, a day, an hour or a time.
    ///
    /// - Parameters:
    ///   - columns: All partition columns.
    ///   - values: Of each partition, in the order of the columns; nil is null.
    package init?(columns: [String], values: some Collection<[String?]>) {
        if let split = Self(yearAmong: columns) {
            self = split
            return
        }
        let position = columns.indices.first { place in
            !values.isEmpty
                && values.allSatisfy { row in
                    guard let text = row[place] else { return false }
                    return (text.contains("-") || Self.timeNames[columns[place].lowercased()] != nil) && TimeRange(naming: text) != nil
                }
        }
        guard let position else { return nil }
        self.init(column: columns[position], at: position)
    }

    /// By the types and names of the columns, where there are no values yet.
    package init?(fields: [Field]) {
        if let split = Self(yearAmong: fields.map(\.name)) {
            self = split
            return
        }
        for (position, field) in fields.enumerated() {
            switch field.type {
            case .date: self.init(column: field.name, at: position, unit: .day)
            case .timestamp: self.init(column: field.name, at: position)
            case .string:
                guard let unit = Self.timeNames[field.name.lowercased()] else { continue }
                self.init(column: field.name, at: position, unit: unit)
            default: continue
            }
            return
        }
        return nil
    }

    /// The time of a partition; nil where its values name none.
    ///
    /// - Parameter values: Of all partition columns; nil is null.
    package func range(of values: [String?]) -> TimeRange? {
        var texts: [String] = []
        for position in positions {
            guard values.indices.contains(position), let text = values[position] else { return nil }
            texts.append(text)
        }
        return isSplit ? TimeRange(parts: texts.map { Int($0) }) : TimeRange(naming: texts[0])
    }
}

/// The partitions of an output whose time is within a stretch.
package struct PartitionSpan: Hashable, Sendable {
    package var time: PartitionTime
    package var range: TimeRange

    package init(_ time: PartitionTime, _ range: TimeRange) {
        self.time = time
        self.range = range
    }

    /// Whether all of a partition's time is in the stretch; a partition without a time is not.
    package func contains(_ values: [String?]) -> Bool { time.range(of: values).map { range.contains($0) } ?? false }
}
