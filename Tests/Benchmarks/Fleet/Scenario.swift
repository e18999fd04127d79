// SPDX-License-Identifier: Apache-2.0

/// A fleet, what is asked of it, and what goes wrong.
struct Scenario {
    var name: String
    var workload: Workload
    /// Requests per second and worker.
    var rate: Double
    var seconds: Double
    /// What came before is the caches filling.
    var from = 6.0
    var hasSlowHalf = false
    /// Seconds from one worker's death to the next's, for four workers.
    var deathEvery: Double?

    static let groups = Scenario(name: "groups", workload: .groups, rate: 27.5, seconds: 36)
    static let all = [
        groups,
        Scenario(name: "bursts", workload: .bursts, rate: 17.5, seconds: 60),
        Scenario(name: "chat", workload: .chat, rate: 25, seconds: 60),
        Scenario(name: "2 of 4 slow", workload: .groups, rate: 15, seconds: 36, hasSlowHalf: true),
        Scenario(name: "deaths", workload: .groups, rate: 20, seconds: 36, deathEvery: 5),
    ]

    /// The same for less time, which is enough where there are many workers.
    func shortened(to seconds: Double, from: Double) -> Scenario {
        var scenario = self
        scenario.seconds = min(seconds, self.seconds)
        scenario.from = from
        return scenario
    }

    func models(_ workers: Int) -> [WorkerModel] {
        guard hasSlowHalf else { return Array(repeating: WorkerModel(), count: workers) }
        return (0..<workers).map { index in
            var model = WorkerModel(reports: true)
            if index * 2 >= workers {
                model.blockSeconds *= 4
                model.stepSeconds *= 3
            }
            return model
        }
    }

    /// Workers die in turn from the tenth second on, or a third of the time where that is sooner.
    func failures(_ workers: Int) -> [(Double, Int)] {
        guard let deathEvery else { return [] }
        let pause = deathEvery * 4 / Double(workers)
        let start = min(10, seconds / 3)
        let count = Int((min(seconds - 6, start + 16) - start) / pause) + 1
        return (0..<count).map { (start + Double($0) * pause, $0 % workers) }
    }

    func run(_ policy: Policy, workers: Int, seed: UInt64) -> Simulation {
        Simulation.run(
            policy, models(workers),
            workload.requests(rate: rate * Double(workers), seconds: seconds, workers: workers, seed: seed),
            failures: failures(workers), seed: seed)
    }
}

extension Simulation {
    static func run(
        _ policy: Policy, _ models: [WorkerModel], _ requests: [SimulatedRequest], failures: [(Double, Int)] = [],
        seed: UInt64
    ) -> Simulation {
        var simulation = Simulation(
            policy: policy, models: models, requests: requests, failures: failures, rules: Trial.rules, seed: seed)
        simulation.run()
        return simulation
    }
}
