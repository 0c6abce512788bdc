/// What a file is as a crawl sees it: by a look, or because nothing of it has changed since the last one.
enum Sight: Sendable {
    case table(FileClass)
    case leftOut(CrawlPlan.LeftOut.Kind, String)

    init(_ found: Classification) {
        self =
            switch found {
            case .table(let kind): .table(kind)
            case .recognised(let name, let remedy): .leftOut(.recognised, "it is \(name); \(remedy)")
            case .unknown(let reason): .leftOut(.unknown, reason)
            case .empty: .leftOut(.empty, "it is empty")
            case .unreadable(let message): .leftOut(.unreadable, message)
            }
    }
}
