import Glibc
import SluiceCatalog
import SluiceCore
import SluicePipelines

extension Scheduler {
    /// Tells of runs that are over: whoever watches, and whom their jobs name.
    func announce(_ over: [ScheduledRun]) {
        for run in over {
            tell(.ended(run))
            // Of a tick that is split, its own run tells.
            guard run.element == nil, let job = jobs[run.job], !job.rules.notices.isEmpty else { continue }
            switch run.state {
            case .failed, .timedOut: notify(.failure, run, job)
            case .succeeded:
                notify(.success, run, job)
                let before = (try? catalog.readSchedule { try $0.lastEnded(run.job, before: run.id) }) ?? nil
                if let before, [.failed, .timedOut].contains(before.state) { notify(.recovery, run, job) }
            default: break
            }
        }
    }

    /// Tells of runs that should have succeeded by now; looks once a second.
    func noticeLateness(_ now: Int64) throws {
        guard now >= latenessMicros || now < latenessMicros - SchedulerLimits.eventMicros else { return }
        latenessMicros = now + SchedulerLimits.eventMicros
        for run in openRuns.all where !late.contains(run.id) && run.element == nil {
            guard let job = jobs[run.job], let expected = job.rules.expectedByMicros,
                now > run.logical * TimeText.microsPerSecond + expected
            else { continue }
            late.insert(run.id)
            tell(.warning("\(job.name): the run of \(Value.timestamp(run.logical * TimeText.microsPerSecond, zoned: true)) is late"))
            notify(.late, run, job)
        }
    }

    /// Tells the targets of a kind once of a run, whichever scheduler does it.
    private func notify(_ kind: NoticeKind, _ run: ScheduledRun, _ job: JobDeclaration) {
        let targets = job.rules.notices.filter { $0.kinds.contains(kind) }
        guard !targets.isEmpty else { return }
        do {
            guard try write({ try $0.note(kind.rawValue, about: run.id.text, of: job.name) }) else { return }
        } catch {
            tell(.warning("\(job.name): a notice could not be written down"))
            return
        }
        guard case .structure(let members) = run.json else { return }
        var bytes: [UInt8] = []
        KnownSecrets.masked(Value.structure([.init("notice", .string(kind.rawValue))] + members)).appendJSON(to: &bytes)
        let text = String(decoding: bytes, as: UTF8.self)
        for target in targets {
            switch target.means {
            case .command(let command): launcher.notify(command: command, text: text, directory: job.directory)
            case .webhook(let address, let secret):
                let words =
                    [options.program, "schedule", "deliver", address, "--home", AbsolutePath.of(catalog.home)]
                    + (secret.map { ["--secret", $0] } ?? [])
                launcher.notify(command: words.map(Self.quoted).joined(separator: " "), text: text, directory: job.directory)
            case .file(let file):
                do {
                    try Self.append(text + "\n", to: file.hasPrefix("/") ? file : job.directory + "/" + file)
                } catch {
                    tell(.warning("\(job.name): \(error.message)"))
                }
            }
        }
    }

    /// One word of a line for the shell.
    private static func quoted(_ word: String) -> String { "'" + word.replacing("'", with: "'\\''") + "'" }

    private static func append(_ text: String, to path: String) throws(SluiceError) {
        try DiskFiles.createDirectories(DiskFiles.parent(of: path))
        let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw .system(errno, cannot: "open", path) }
        defer { close(descriptor) }
        try DiskFiles.write(Array(text.utf8), to: descriptor, path: path)
    }
}
