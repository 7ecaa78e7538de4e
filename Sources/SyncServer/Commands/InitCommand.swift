// `init`: prints the recovery phrase, once, and founds a community in an empty folder.
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
        let store = try Founding.found(
            name: community, folder: folder.url, environment: ServerMain.environment, show: show)
        _ = try store.append { try $0.announcedTLSIdentity() }
        Output.line("Founded \(community), community \(store.community), in \(folder.path).")
    }

    /// Before the community is founded, and past every buffer, so that nothing can come between.
    private func show(_ phrase: RecoveryPhrase) throws {
        let text = """
            Recovery phrase:  \(phrase)

            Write it on paper and lock it away. It is shown this once and kept nowhere.
            If no line that says "Founded" follows, run `init` again.


            """
        do {
            try FileHandle.standardOutput.write(contentsOf: Data(text.utf8))
        } catch {
            throw Refusal(
                exit: 74, sentence: "the recovery phrase could not be shown; nothing was founded")
        }
    }
}
