import Synchronization
import Testing

@testable import SluiceEngine

@Suite("Pieces come back into order") struct OrderedGateTests {
    private final class Taken: Sendable {
        let values = Mutex<[Int]>([])
        private let place = Mutex(0)

        /// 0, 1, 2, …
        func next() -> Int {
            place.withLock { place in
                defer { place += 1 }
                return place
            }
        }
    }

    @Test("whoever is done first, with whatever room", arguments: [1, 50, 1_000_000], [1, 2, 7])
    func order(_ limit: Int, _ workers: Int) async throws {
        let taken = Taken()
        let gate = OrderedGate<Int>(limit: limit) { value in
            await Task.yield()
            taken.values.withLock { $0.append(value) }
        }
        // Three inputs of 40, 0 and 25 pieces, three parcels a piece; workers take pieces in order and finish out of it.
        let counts = [40, 0, 25]
        let pieces = counts.enumerated().flatMap { input, count in (0..<count).map { (input, $0) } }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (input, count) in counts.enumerated() { group.addTask { try await gate.end(input: input, pieces: count) } }
            for _ in 0..<workers {
                group.addTask {
                    while true {
                        let place = taken.next()
                        guard place < pieces.count else { return }
                        for _ in 0..<(place * 7 % 5) { await Task.yield() }
                        for parcel in 0..<3 {
                            try await gate.deposit(
                                place * 3 + parcel, weight: 10, input: pieces[place].0, piece: pieces[place].1, isLast: parcel == 2)
                        }
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(taken.values.withLock { $0 } == Array(0..<(pieces.count * 3)))
    }

    @Test("a failure ends everybody's waiting") func failure() async throws {
        struct Full: Error {}
        let gate = OrderedGate<Int>(limit: 5) { value in if value == 3 { throw Full() } }
        await #expect(throws: (any Error).self) {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for piece in 0..<20 {
                    group.addTask { try await gate.deposit(piece, weight: 10, input: 0, piece: piece, isLast: true) }
                }
                try await group.waitForAll()
            }
        }
    }
}
