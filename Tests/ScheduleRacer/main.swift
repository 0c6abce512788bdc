// One of several processes that schedule the same jobs on one state, by a clock that runs faster than the world's:
// schedule-racer HOME JOBS SIMULATED-START-SECONDS REAL-START-MICROS SPEED SIMULATED-SECONDS

import Glibc
import SluiceCatalog
import SluiceCore
import SluicePipelines
import SluiceScheduler
import SluiceSchedules

func monotonicMicros() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1_000
}

let words = CommandLine.arguments
guard words.count == 7, let start = Int64(words[3]), let realStart = Int64(words[4]), let speed = Int64(words[5]),
    let length = Int64(words[6])
else {
    print("usage: schedule-racer HOME JOBS START REAL-START SPEED SECONDS")
    exit(2)
}
let clock = WallClock { start * 1_000_000 + (monotonicMicros() - realStart) * speed }
do {
    let catalog = try Catalog(home: words[1], clock: clock)
    let scheduler = Scheduler(catalog: catalog, jobs: try JobSet.load(folders: [words[2]]), launcher: ProcessLauncher())
    while clock.nowMicros() < (start + length) * 1_000_000 {
        _ = try scheduler.step()
        usleep(2_000)
    }
    scheduler.drain(until: clock.nowMicros())
    while scheduler.isLeading, scheduler.runningCount > 0 {
        _ = try scheduler.step()
        usleep(2_000)
    }
    scheduler.leave()
} catch {
    print("schedule-racer: \(error)")
    exit(1)
}
