// The clock that everything here is measured with. Neighbors: CostsMain and StoringCost ask it.

extension Costs {
    static func seconds(_ body: () throws -> Void) rethrows -> Double {
        let components = try ContinuousClock().measure(body).components
        return Double(components.seconds) + Double(components.attoseconds) / 1e18
    }
}
