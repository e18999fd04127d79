// SPDX-License-Identifier: Apache-2.0

import Primitives

/// What one tenant may have while others want theirs.
///
/// Who goes next is decided among those who wait (`WorkQueue`). That is not enough when one tenant sends far more than
/// there is: every place is taken all the time, and whoever comes waits for the next to end, however few he sends. So
/// while a tenant past its share asks for more, it leaves a place of each worker that others use free for them.
extension FleetState {
    /// Whether the request's tenant has had more than its share of late.
    func isGreedy(_ request: WorkRequest, at now: MonotonicInstant) -> Bool {
        request.kind == .chat && uses[request.serviceClass.rawValue].isGreedy(request.tenant, at: now)
    }

    /// Whether somebody past its share asks for more.
    func isFlooded(_ serviceClass: ServiceClass, at now: MonotonicInstant) -> Bool {
        let last = floodedAt[serviceClass.rawValue]
        return last > 0 && now - MonotonicInstant(nanoseconds: last) < rules.keptFor
    }

    mutating func noteFlood(_ request: WorkRequest, at now: MonotonicInstant) {
        if isGreedy(request, at: now) { floodedAt[request.serviceClass.rawValue] = now.nanoseconds }
    }

    /// Work begins. A worker that tenants within their share use is one that they will want a place of again.
    mutating func noteUse(_ job: FleetJob, at now: MonotonicInstant) {
        guard job.kind == .chat else { return }
        let serviceClass = job.serviceClass.rawValue
        if !uses[serviceClass].isGreedy(job.tenant, at: now) {
            slots[job.slot]?.sharedBy(job.serviceClass, at: now)
        }
        uses[serviceClass].began(job.tenant, tokens: job.cost, at: now)
    }

    /// - Parameter spent: what it cost after all, in tokens of service.
    mutating func noteEnd(_ job: FleetJob, spent: Int, at now: MonotonicInstant) {
        guard job.kind == .chat else { return }
        uses[job.serviceClass.rawValue].ended(
            job.tenant, charged: job.cost, tokens: max(0, spent), at: now)
    }
}
