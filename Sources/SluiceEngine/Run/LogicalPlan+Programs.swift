import SluicePipelines

extension LogicalPlan {
    /// Lets the programs of the plan's ends write into logs of the run: `source`, `sink` or the name of an output, and the steps that read
    /// another source.
    func logPrograms(to logs: StepLogs) {
        func log(_ end: Any, as name: String) {
            guard let end = end as? any ProgramEnd else { return }
            end.logErrors { [weak logs] bytes in logs?.append(bytes, of: name) }
        }
        log(source.source, as: RejectHandler.sourceStep)
        for step in allSteps {
            for other in step.operation.otherSources { log(other.source, as: step.name) }
        }
        for output in outputs { log(output.sink, as: output.label) }
    }
}

extension RunProgress {
    /// A run begins: programs of its steps and ends write there.
    func log(_ plan: LogicalPlan, in logs: StepLogs) {
        stepLogs = logs
        plan.logPrograms(to: logs)
    }
}
