// `init`: founds a community in an empty folder and prints the recovery phrase, once.
// Neighbor: Setup/Founding does it.

internal import ArgumentParser
internal import Foundation
internal import Shared

struct InitCommand: ServerCommand {
    static let configuration = CommandConfiguration(
        commandName: "init", abstract: "Found a community and its ledger in an empty folder.")

    @OptionGroup var folder: FolderOptions
    @Option(help: "Name of the community; no person's name.") var community: String

    func perform() async throws {
        let (store, phrase) = try Founding.found(
            name: community, folder: folder.url, environment: ServerMain.environment)
        _ = try store.append { try $0.announcedTLSIdentity() }
        Output.line("Founded \(community), community \(store.community), in \(folder.path).")
        Output.line("")
        Output.line("Recovery phrase:  \(phrase)")
        Output.line("")
        Output.line("Write it on paper and lock it away. It is shown this once and kept nowhere.")
    }
}
