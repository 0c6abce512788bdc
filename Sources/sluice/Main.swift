import SluiceCLI

@main enum Main {
    static func main() async { await CommandLineProgram.main() }
}
