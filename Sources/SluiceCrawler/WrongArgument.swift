package import SluiceCore
import SluiceStorage

extension SluiceError.Code {
    /// `invalid-argument` of a target, a pattern or an event that somebody wrote: the command or the declaration is wrong, and not the data.
    static let wrongArgument = Self("invalid-argument", .definition)
}

extension Glob {
    /// The pattern that somebody wrote.
    ///
    /// - Throws: `wrongArgument`, where given at the pattern's place.
    init(written text: String, at location: SourceLocation? = nil) throws(SluiceError) {
        do throws(SluiceError) {
            try self.init(text)
        } catch {
            var own = error.located(at: location)
            if own.code == .wrongArgument { own.code = .wrongArgument }
            throw own
        }
    }
}

extension CrawlSettings {
    /// Checks patterns before anything is looked at.
    ///
    /// - Throws: What is wrong with the first one that is wrong, placed.
    package static func checkExclusion(_ pattern: String, at location: SourceLocation?) throws(SluiceError) {
        _ = try Glob(written: pattern, at: location)
    }
}
