// SPDX-License-Identifier: Apache-2.0

import RPC
import Testing

@Suite struct StreamTableTests {
    /// Goal: the table is a dictionary, only faster. Method: the same random steps on both, with clustered ids.
    @Test(arguments: [11, 12, 13] as [UInt64]) func itBehavesAsADictionary(_ seed: UInt64) {
        var state = seed
        func random(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        final class Call { let step: Int; init(_ step: Int) { self.step = step } }
        var table = StreamTable<Call>()
        var model: [UInt32: Int] = [:]
        for step in 0..<30_000 {
            let id = UInt32(random(8) * 64 + random(40))
            if random(3) > 0 {
                if model[id] == nil {
                    table.insert(Call(step), id: id)
                    model[id] = step
                }
            } else {
                #expect(table.remove(id)?.step == model.removeValue(forKey: id))
            }
            let probe = UInt32(random(512))
            #expect(table[probe]?.step == model[probe])
            #expect(table.count == model.count)
        }
        #expect(table.calls.map(\.step).sorted() == model.values.sorted())
        #expect(table.removeAll().count == model.count)
        #expect(table.isEmpty && table[1] == nil)
    }
}
