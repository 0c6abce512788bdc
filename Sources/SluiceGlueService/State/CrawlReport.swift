import SluiceCatalog
import SluiceCrawler
import SluiceServer

/// What a crawl says of files that are in no table.
struct CrawlReport: Sendable {
    private let report: WireValue?

    init(_ run: CrawlRun) { report = WireValue(json: run.report) }

    func count(_ name: String) -> Int64 { report?[name]?.whole ?? 0 }

    /// Which files are in no table, and why, for as many as a message takes; nil where none has been left out that may have rows.
    func message(_ places: Places) -> String? {
        let files = report?["left_out_files"]?.elements ?? []
        let told = files.filter { $0["kind"]?.string != "empty" }.map { file in
            places.shown(file["path"]?.string ?? "") + ": " + (file["message"]?.string ?? "")
        }
        guard !told.isEmpty else { return nil }
        // The report names the first ones only.
        let count = files.count < CrawlLimits.listed ? told.count : Int(count("left_out"))
        var message = count == 1 ? "1 file is in no table: " : "\(count) files are in no table: "
        var shown = 0
        for text in told {
            guard message.count + text.count < GlueLimits.errorCharacters - 40 else { break }
            message += (shown == 0 ? "" : "; ") + text
            shown += 1
        }
        let more = count - shown
        return String((more > 0 ? message + "; and \(more) more" : message).prefix(GlueLimits.errorCharacters))
    }
}

extension CrawlRun {
    /// Why it failed; of one that is done, which files it has put into no table.
    func told(_ places: Places) -> String? {
        state == .done ? CrawlReport(self).message(places) : error.map { String($0.prefix(GlueLimits.errorCharacters)) }
    }
}
