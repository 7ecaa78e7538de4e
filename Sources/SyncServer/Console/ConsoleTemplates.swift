// The templates of the console's pages, by name. Neighbors: Templates/ has them; Faces/Pages reads.

enum ConsoleTemplates {
    static var all: KeyValuePairs<String, [UInt8]> {
        [
            "account": PackageResources.account_mustache,
            "conflict": PackageResources.conflict_mustache,
            "conflicts": PackageResources.conflicts_mustache,
            "decided": PackageResources.decided_mustache,
            "device": PackageResources.device_mustache,
            "devices": PackageResources.devices_mustache,
            "home": PackageResources.home_mustache,
            "join": PackageResources.join_mustache,
            "kept": PackageResources.kept_mustache,
            "ledger": PackageResources.ledger_mustache,
            "ledgerentry": PackageResources.ledgerentry_mustache,
            "link": PackageResources.link_mustache,
            "pair": PackageResources.pair_mustache,
            "passphrase": PackageResources.passphrase_mustache,
            "people": PackageResources.people_mustache,
            "person": PackageResources.person_mustache,
            "revoke": PackageResources.revoke_mustache,
            "several": PackageResources.several_mustache,
            "signin": PackageResources.signin_mustache,
            "trouble": PackageResources.trouble_mustache,
            "waiting": PackageResources.waiting_mustache,
            "workers": PackageResources.workers_mustache,
        ]
    }
}
