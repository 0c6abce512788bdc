import SluiceCatalog
import SluiceCore

extension EpochWork {
    /// Tells of outputs that the pipeline's last run did not have: what earlier runs have read, they do not get.
    func noteNewOutputs() throws {
        guard !positions.isEmpty, let last = try catalog.lineage(before: run, of: pipeline), let own = try catalog.lineage(of: run) else {
            return
        }
        let known = Set(last.lineage.outputs.map(\.dataset))
        let fresh = Set(own.lineage.outputs.map(\.dataset)).subtracting(known).sorted()
        guard !fresh.isEmpty else { return }
        let names = fresh.map(\.description).joined(separator: ", ")
        progress.note([
            "\(names): an output that earlier runs did not have; it gets what is read from now on (a pipeline of its own "
                + "fills it with what is there already, or --reset, which reads everything again for all outputs)"
        ])
    }
}
