import SluiceCatalog
import SluicePipelines
import SluiceSchedules
import Synchronization

extension JobSet {
    /// A declaration that is kept once: read, or as the text that the state has until somebody asks for it.
    ///
    /// Of 100,000 jobs that commands added, the next tick alone is needed to wait for it, and reading all of each takes twelve microseconds.
    final class Entry: Sendable {
        let name: String
        /// What decides the ticks, as the ledger had it.
        private let storedClock: String
        /// The text in the state that declares it; nil of one that a file declares.
        let storedText: String?
        /// Whether it was left as text: then it names no other job, calendar or pool, no event and no file.
        let isText: Bool
        /// Of one that was left as text, up to where its ticks were in the ledger, and the next one.
        private let ahead: (cursor: Int64, tick: Int64?)
        private let known: Mutex<Known?>

        /// A reference, so that what was not read takes no room.
        private final class Known: Sendable {
            let job: Result<JobDeclaration, any Error>

            init(_ job: Result<JobDeclaration, any Error>) { self.job = job }
        }

        init(_ job: JobDeclaration) {
            (name, storedClock, storedText) = (job.name, job.rules.scheduleText, job.storedText)
            (isText, ahead) = (false, (0, nil))
            known = Mutex(Known(.success(job)))
        }

        /// A job that stands alone.
        ///
        /// - Parameters:
        ///   - row: With its declaration.
        ///   - schedule: That of the row's text; nil where no clock makes it run.
        init(_ row: StoredJob, _ schedule: Schedule?) {
            (name, storedClock, storedText) = (row.name, row.schedule, row.declaration)
            (isText, ahead) = (true, (row.cursor, schedule?.next(after: row.cursor)))
            known = Mutex(nil)
        }

        /// - Returns: The declaration, or what is wrong with it.
        var result: Result<JobDeclaration, any Error> {
            known.withLock { known in
                if let known { return known.job }
                let job = Result { try JobSet.declaration(name, storedText ?? "") }
                known = Known(job)
                return job
            }
        }

        /// Nil where its text turns out to be wrong.
        var job: JobDeclaration? { try? result.get() }

        /// The rules of one that may have to do with others; nil of one that stands alone.
        var sharedRules: ScheduleDeclaration? { isText ? nil : job?.rules }

        /// What decides the ticks.
        var scheduleText: String { known.withLock { $0.flatMap { try? $0.job.get() }?.rules.scheduleText } ?? storedClock }

        /// Nil where no clock makes it run. That of one that was not read yet is without its jitter.
        var schedule: Schedule? {
            let read = known.withLock { $0 }
            return read.map { (try? $0.job.get())?.rules.schedule } ?? ClockText.schedule(storedClock)
        }

        /// The first tick behind a moment, in seconds since 1970.
        func tick(after moment: Int64) -> Int64? { isText && moment == ahead.cursor ? ahead.tick : schedule?.next(after: moment) }
    }
}
