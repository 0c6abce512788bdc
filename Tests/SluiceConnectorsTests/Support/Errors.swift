import SluiceCore

/// The error that `body` throws; nil if it throws none.
func sluiceError(_ body: () throws -> Void) -> SluiceError? {
    do {
        try body()
        return nil
    } catch {
        return error as? SluiceError
    }
}

func sluiceError(_ body: () async throws -> Void) async -> SluiceError? {
    do {
        try await body()
        return nil
    } catch {
        return error as? SluiceError
    }
}
