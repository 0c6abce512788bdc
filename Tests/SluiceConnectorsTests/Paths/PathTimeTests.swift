import SluiceCore
import Testing

@testable import SluiceConnectors

@Suite("dates in paths")
struct PathTimeTests {
    @Test(
        "the last date of a path counts, with an hour where one follows",
        arguments: [
            ("logs/2024/03/01/app.log", "2024-03-01"), ("app-2024-03-01.csv", "2024-03-01"), ("app_20240301.csv", "2024-03-01"),
            ("2023-12-31/app-2024.03.01.log.gz", "2024-03-01"), ("2024/03/01/10/part.csv", "2024-03-01T10"),
            ("a-2024-03-01T1030.csv", "2024-03-01"), ("a-2024-03-01T10:30.csv", "2024-03-01T10"), ("2024030117.json", "2024-03-01T17"),
            ("x2024-03-01", "2024-03-01"),
        ])
    func found(_ path: String, _ name: String) { #expect(PathTime.range(in: path)?.description == name) }

    @Test(
        "numbers that only look like a date are none",
        arguments: [
            "a-12024-03-01.csv", "2024-03.csv", "2024-13-01", "2024-02-30", "20240301123456.csv", "1850-01-01", "2024-03/01", "plain.csv",
            "",
        ])
    func none(_ path: String) { #expect(PathTime.range(in: path) == nil) }
}
