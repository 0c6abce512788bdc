import ArgumentParser
import SluicePipelines

extension TimeSpan: ExpressibleByArgument {
    init?(argument: String) { self.init(parsing: argument) }
}
