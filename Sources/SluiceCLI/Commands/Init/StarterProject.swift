import SluiceCore

/// The files of a new project: a pipeline that runs, its data, and a test that fails until one expression is corrected.
struct StarterProject: Sendable {
    struct File: Sendable {
        var path: String
        var purpose: String
        var content: String
        var isExecutable = false
    }

    /// Name under which the project's files call this program.
    let program: String
    let pipelinePath = "pipelines/daily-revenue.yaml"

    var files: [File] {
        [
            File(path: "README.md", purpose: "what is here, and the repair", content: readme),
            File(path: pipelinePath, purpose: "orders to revenue by day", content: pipeline),
            File(path: "data/orders.csv", purpose: "a week of a small coffee shop", content: Self.orders),
            File(path: "tests/expected.csv", purpose: "what must come out", content: Self.expected),
            File(path: "test.sh", purpose: "runs the pipeline and compares", content: script, isExecutable: true),
            File(path: ".gitignore", purpose: "keeps state and results out of git", content: ".sluice/\nout/\n"),
        ]
    }

    /// Writes all files, or none.
    ///
    /// - Throws: `alreadyExists` if one of them is there, or what the disk says.
    func write(to directory: String) throws(SluiceError) {
        let taken = files.map { directory + "/" + $0.path }.filter { DiskFiles.kind(of: $0) != nil }
        guard taken.isEmpty else {
            throw SluiceError(
                .alreadyExists, "\(taken.joined(separator: ", ")) exists already; nothing was written", at: .file(path: taken[0]),
                remedy: "choose a directory that is new: \(program) init my-project")
        }
        for file in files {
            let path = directory + "/" + file.path
            try DiskFiles.createDirectories(DiskFiles.parent(of: path))
            try DiskFiles.writeAtomically(file.content.utf8, to: path)
            if file.isExecutable { try DiskFiles.makeExecutable(path) }
        }
    }

    /// What to type after `init`.
    ///
    /// - Parameter executable: how this program can be started again.
    func nextCommands(directory: String, executable: String) -> [String] {
        let isOnPath = !executable.contains("/")
        let enter = directory == "." ? [] : ["cd \(ShellText.quoted(directory))"]
        return enter + [
            isOnPath ? "./test.sh" : "SLUICE=\(ShellText.quoted(executable)) ./test.sh",
            "\(ShellText.quoted(executable)) plan \(pipelinePath)",
        ]
    }
}
