package import SluiceCore

/// The clock that `now()` and `today()` read. A task, with all tasks that it starts, may run under another: the tests of pipelines do.
package enum EvaluationClock {
    @TaskLocal package static var current = WallClock.system
}
