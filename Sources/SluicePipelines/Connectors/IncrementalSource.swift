package import SluiceCatalog
package import SluiceCore

/// A source that can tell what it has beyond what was read before: new files, new records.
package protocol IncrementalSource: Source {
    /// What there is beyond the positions, cut so that reading it ends.
    ///
    /// - Returns: Nil where there is nothing new.
    /// - Throws: also where the positions belong to something else, such as a stream that was deleted and made anew.
    func slice(after positions: SourcePositions, _ request: SliceRequest) async throws -> SourceSlice?

    /// Refuses what the definition leaves open that telling what is new needs.
    func checkIncremental() throws(SluiceError)
}

extension IncrementalSource {
    package func checkIncremental() throws(SluiceError) {}
}

/// How far a source was read, by split, in the source's own form.
package typealias SourcePositions = [ExactText: [UInt8]]

/// How a slice is to be cut.
package struct SliceRequest: Sendable {
    /// Stored bytes that the slice should not exceed by much; a split that cannot be cut is taken whole.
    package var limitBytes: Int64
    /// What somebody may still be writing is left for a later slice.
    package var leavesUnfinished: Bool
    /// Takes what a person should know although nothing is new.
    package var note: @Sendable (String) -> Void = { _ in }

    package init(limitBytes: Int64, leavesUnfinished: Bool) {
        self.limitBytes = limitBytes
        self.leavesUnfinished = leavesUnfinished
    }
}

/// A part of a source that is read at once and committed at once.
package struct SourceSlice: Sendable {
    /// The source, with the splits of the slice only.
    package var source: any Source
    /// Parts of the other sources that the plan follows, by the index of their step; those that are not here have nothing new.
    package var followed: [Int: any Source] = [:]
    /// Names of splits that later slices may go on with: they hold back the watermark, while a file that was read does not.
    package var openSplits: Set<String>
    /// Whether the source has nothing more behind the slice, as far as is known.
    package var isLast: Bool
    /// How far its splits were read; asked for when all of them were.
    package var reached: @Sendable () -> SourcePositions
    /// What a person should know, such as a file that was changed after it was read.
    package var notices: [String]
    /// The windows that were read; asked for beside `reached`.
    package var windows: @Sendable () -> [RunReport.Window] = { [] }

    package init(
        source: any Source, openSplits: Set<String>, isLast: Bool, notices: [String] = [],
        reached: @escaping @Sendable () -> SourcePositions
    ) {
        self.source = source
        self.openSplits = openSplits
        self.isLast = isLast
        self.notices = notices
        self.reached = reached
    }
}
