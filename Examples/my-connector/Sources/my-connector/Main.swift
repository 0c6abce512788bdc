import Sluice

/// All of `sluice`, and a connector of its own.
@main enum MyConnector {
    static func main() async {
        let ledger = RowConnector("ledger", summary: "Ledgers of plain text.") { LedgerReader(folder: $0.main) }
            .writing { LedgerWriter(path: $0.main) }
        await Sluice.main(jobs: Jobs(connectors: [ledger]))
    }
}
