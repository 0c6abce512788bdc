import SluiceCore
import SluiceSaaS
import Synchronization

/// Jobs until the next commit, as the catalog keeps them.
final class CommittedLedger: JobLedger {
    private let jobs = Mutex<[String: KeptJob]>([:])

    func job(_ key: String) throws(SluiceError) -> KeptJob? { jobs.withLock { $0[key] } }
    func keep(_ key: String, _ job: KeptJob) throws(SluiceError) { jobs.withLock { $0[key] = job } }
    func forget(_ key: String) throws(SluiceError) { jobs.withLock { $0[key] = nil } }
    func forget(startingWith prefix: String) throws(SluiceError) { jobs.withLock { $0 = $0.filter { !$0.key.hasPrefix(prefix) } } }
    func committed() { jobs.withLock { $0 = [:] } }
}
