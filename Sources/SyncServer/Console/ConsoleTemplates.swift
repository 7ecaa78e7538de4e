// The templates of the console's pages, by name. Neighbors: Templates/ has them; Faces/Pages reads.

enum ConsoleTemplates {
    static var all: KeyValuePairs<String, [UInt8]> {
        [
            "account": PackageResources.account_mustache,
            "conflict": PackageResources.conflict_mustache,
            "conflicts": PackageResources.conflicts_mustache,
            "decided": PackageResources.decided_mustache,
            "home": PackageResources.home_mustache,
            "join": PackageResources.join_mustache,
            "signin": PackageResources.signin_mustache,
            "trouble": PackageResources.trouble_mustache,
        ]
    }
}
