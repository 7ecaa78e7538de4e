internal import ArgumentParser
@main struct ClientMain: ParsableCommand { func run() { print("x") } }
