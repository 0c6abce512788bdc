import SluiceFormats

/// Puts classes of files together that can be one table: read alike, and with most of their columns in common.
struct Clusters {
    struct Cluster {
        /// Of the first file, and of the one that joined last: columns may change step by step.
        var first: FileClass
        var last: FileClass
        /// With the columns and options of all.
        var joined: FileClass
    }

    private let ignoresColumns: Bool
    private(set) var clusters: [Cluster] = []
    private var known: [FileClass: Int] = [:]

    init(_ grouping: CrawlSettings.Grouping) { ignoresColumns = grouping == .combine }

    /// The number of the cluster that a file belongs to, which is a new one where it is like no other.
    mutating func place(of kind: FileClass) -> Int {
        if let place = known[kind] { return place }
        let place = clusters.firstIndex { isAlike($0, kind) } ?? clusters.count
        if place == clusters.count {
            clusters.append(Cluster(first: kind, last: kind, joined: kind))
        } else {
            clusters[place].last = kind
            clusters[place].joined.join(kind)
        }
        known[kind] = place
        return place
    }

    private func isAlike(_ cluster: Cluster, _ kind: FileClass) -> Bool {
        guard cluster.joined.isCompatible(with: kind) else { return false }
        if ignoresColumns || kind.columns.isEmpty { return true }
        return max(kind.similarity(to: cluster.first), kind.similarity(to: cluster.last)) >= CrawlLimits.similarPercent
    }
}
