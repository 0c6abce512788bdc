import Glibc
import SluiceCatalog
import SluiceCore
import SluiceLog

/// Whether the state can be used and is whole.
struct StateChecks: Sendable {
    /// Damaged things that are named one by one.
    static let listed = 5

    let home: String

    func all() -> [HealthCheck] {
        guard DiskFiles.kind(of: home) != nil else { return [absentHome()] }
        let home = existingHome()
        guard home.status != .failed else { return [home] }
        return [home] + catalogChecks() + streamChecks()
    }

    private func absentHome() -> HealthCheck {
        let place = MachineChecks.nearestDirectory(home)
        guard access(place, W_OK) == 0 else {
            return HealthCheck(
                "state", .failed, "\(home) is not there and cannot be created in \(place)",
                advice: "say with --home or SLUICE_HOME where the state may be")
        }
        return HealthCheck("state", .passed, "\(home) is not there yet; the first run creates it")
    }

    private func existingHome() -> HealthCheck {
        guard DiskFiles.kind(of: home) == .directory else {
            return HealthCheck("state", .failed, "\(home) is no directory", advice: "say with --home or SLUICE_HOME where the state is")
        }
        guard access(home, R_OK | W_OK | X_OK) == 0 else {
            return HealthCheck(
                "state", .failed, "\(home) cannot be written to",
                advice: "check its owner and permissions: ls -ld \(ShellText.quoted(home))")
        }
        return HealthCheck("state", .passed, WorkingDirectory.absolute(home))
    }

    // MARK: Catalog

    private func catalogChecks() -> [HealthCheck] {
        guard Catalog.exists(home: home) else { return [HealthCheck("catalog", .passed, "none yet")] }
        do {
            let catalog = try Catalog(home: home)
            return [recovery(catalog.recovery), try database(catalog), try tables(catalog)]
        } catch {
            return [failure("catalog", error)]
        }
    }

    /// All pages, indexes and references of the database.
    private func database(_ catalog: Catalog) throws -> HealthCheck {
        let problems = try catalog.integrityProblems()
        let size = HumanText.bytes(DiskFiles.byteCount(of: Catalog.databasePath(home: home)) ?? 0)
        if problems.isEmpty { return HealthCheck("database", .passed, "\(size), whole") }
        return HealthCheck(
            "database", .failed, "\(size), damaged: \(listed(problems))",
            advice: "copy it away, and restore a backup: sluice catalog restore FILE --yes")
    }

    private func recovery(_ recovery: RecoveredWork) -> HealthCheck {
        if let failure = recovery.failure {
            return HealthCheck(
                "recovery", .failed, "a run that was cut off cannot be tidied up: \(failure.message)", advice: failure.remedy)
        }
        if !recovery.lostFiles.isEmpty {
            return HealthCheck(
                "recovery", .failed, "finished output is gone: " + listed(recovery.lostFiles), advice: "run these pipelines again")
        }
        if let owed = recovery.unpublished.first {
            let count = recovery.unpublished.reduce(0) { $0 + $1.rowCount }
            return HealthCheck(
                "recovery", .warned, "\(HumanText.count(count, "record")) of committed runs wait to be put into streams",
                advice: "run pipeline \(owed.pipeline) again")
        }
        if recovery.isEmpty { return HealthCheck("recovery", .passed, "nothing to do") }
        let done = [
            recovery.finishedFiles > 0 ? "put \(HumanText.count(recovery.finishedFiles, "file")) in place" : nil,
            recovery.interruptedRuns.isEmpty
                ? nil : "tidied up \(HumanText.count(recovery.interruptedRuns.count, "run")) that were cut off",
        ]
        return HealthCheck("recovery", .passed, done.compactMap(\.self).joined(separator: ", "))
    }

    private func tables(_ catalog: Catalog) throws -> HealthCheck {
        let tables = try catalog.tables()
        var (count, missing, changed) = (0, [String](), [String]())
        for table in tables {
            for file in try catalog.files(of: table.name) {
                count += 1
                let bytes = DiskFiles.byteCount(of: file.path)
                if bytes == nil { missing.append(file.path) } else if Int64(bytes ?? 0) != file.byteCount { changed.append(file.path) }
            }
        }
        let detail = "\(HumanText.count(tables.count, "table")), \(HumanText.count(count, "file"))"
        if !missing.isEmpty {
            return HealthCheck(
                "tables", .failed, "\(detail); gone: \(listed(missing))", advice: "run the pipelines that write these tables again")
        }
        if !changed.isEmpty {
            return HealthCheck(
                "tables", .warned, "\(detail); of another size than when they were written: \(listed(changed))",
                advice: "somebody changed them; run the pipelines that write these tables again")
        }
        return HealthCheck("tables", .passed, detail + ", all there")
    }

    // MARK: Streams

    private func streamChecks() -> [HealthCheck] {
        let store = StreamStore(directory: home + "/streams")
        do {
            let names = try store.list()
            let problems = names.flatMap { streamChecks($0, store) }
            return problems.isEmpty ? [HealthCheck("streams", .passed, HumanText.count(names.count, "stream"))] : problems
        } catch {
            return [failure("streams", error)]
        }
    }

    private func streamChecks(_ name: String, _ store: StreamStore) -> [HealthCheck] {
        do {
            let stream = try store.open(name, for: .reading)
            defer { stream.close() }
            let findings = listed(stream.recovery.findings.map(\.description))
            if stream.recovery.lostRecords {
                return [HealthCheck("stream \(name)", .failed, findings, advice: "put the records in again from their source")]
            }
            var checks: [HealthCheck] = []
            if !stream.recovery.isEmpty { checks.append(HealthCheck("stream \(name)", .passed, "recovered: " + findings)) }
            let (losses, lying) = (try stream.losses(), try stream.setAside())
            if !losses.isEmpty || !lying.isEmpty {
                let advice = [
                    losses.isEmpty ? nil : "put the records in again from their source",
                    lying.isEmpty ? nil : "remove the segment that was set aside",
                ]
                checks.append(
                    HealthCheck(
                        "stream \(name)", .warned, listed((losses + lying).map(\.description)),
                        advice: advice.compactMap(\.self).joined(separator: ", and ")))
            }
            return checks
        } catch {
            return [failure("stream \(name)", error)]
        }
    }

    private func failure(_ name: String, _ error: any Error) -> HealthCheck {
        let known = error as? SluiceError
        return HealthCheck(name, .failed, known?.message ?? String(describing: error), advice: known?.remedy)
    }

    private func listed(_ items: [String]) -> String {
        items.prefix(Self.listed).joined(separator: ", ") + (items.count > Self.listed ? " and \(items.count - Self.listed) more" : "")
    }
}
