import Synchronization

/// Files that are classified side by side.
final class ClassificationQueue: Sendable {
    private let files: [FoundFile]
    private let classifier: Classifier
    private let opener: FileOpener
    private let next = Mutex(0)
    private let found: Mutex<[Classification?]>

    /// Files that a task takes at once.
    private static let filesAtOnce = 16

    init(_ files: [FoundFile], _ classifier: Classifier, _ opener: FileOpener) {
        self.files = files
        self.opener = opener
        self.classifier = classifier
        found = Mutex([Classification?](repeating: nil, count: files.count))
    }

    /// The class of each file.
    ///
    /// - Throws: `CancellationError`.
    @concurrent func run(width: Int) async throws -> [Classification] {
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            for _ in 0..<max(1, width) { tasks.addTask { try await self.work() } }
            try await tasks.waitForAll()
        }
        return found.withLock { $0.map { $0 ?? .empty } }
    }

    @concurrent private func work() async throws {
        while let range = taken() {
            try Task.checkCancellation()
            var part: [Classification] = []
            for index in range { part.append(await classifier.classify(files[index], opener)) }
            found.withLock { [part] found in for (index, value) in zip(range, part) { found[index] = value } }
        }
    }

    private func taken() -> Range<Int>? {
        next.withLock { place in
            let start = place
            place = min(files.count, place + Self.filesAtOnce)
            return start < place ? start..<place : nil
        }
    }
}
