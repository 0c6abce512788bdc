import SluiceGlueService
import SluiceScheduler

extension Scheduler.Options {
    /// Those of every scheduler of this program: whichever one sees a run end, the triggers of clients act.
    init(_ session: Session) {
        self.init()
        program = WorkingDirectory.absolute("/proc/self/exe")
        follower = GlueFollower(directory: WorkingDirectory.absolute(session.home), project: WorkingDirectory.absolute("."))
    }
}
