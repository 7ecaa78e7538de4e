internal import ArgumentParser
@main struct ServerMain: ParsableCommand { func run() { print("x") } }
