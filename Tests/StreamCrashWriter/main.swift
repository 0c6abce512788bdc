import Glibc

// Kills a writer of the embedded log over and over and checks what is left:
//
//     stream-crash-writer drive DIRECTORY ROUNDS [SEED]
//
// `write` is what it starts itself as.
let arguments = CommandLine.arguments
switch arguments.dropFirst().first {
case "drive" where arguments.count >= 4:
    let seed = arguments.count > 4 ? UInt64(arguments[4])! : UInt64.random(in: 0 ... .max)
    print("seed \(seed)")
    do {
        try await CrashDriver(program: "/proc/self/exe", directory: arguments[2], rounds: Int(arguments[3])!, seed: seed).run()
    } catch {
        print("failed: \(error)")
        exit(1)
    }
case "write" where arguments.count == 6:
    do {
        try await CrashWriter(
            directory: arguments[2], round: Int(arguments[3])!, killAt: Int(arguments[4])!,
            moment: KillingFiles.Moment(rawValue: Int(arguments[5])!)!
        ).run()
    } catch {
        print("E \(error)")
        exit(1)
    }
default:
    print("usage: stream-crash-writer drive DIRECTORY ROUNDS [SEED]")
    exit(2)
}
