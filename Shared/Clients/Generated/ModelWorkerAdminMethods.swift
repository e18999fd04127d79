// SPDX-License-Identifier: Apache-2.0
// Made by Proto/Generator from Proto/modelworker/v1/admin.proto. Do not edit: run `make proto`.

package import Messages
import Primitives
package import RPC

/// The methods of `ModelWorkerAdmin`: what a caller and a server must agree on.
package enum ModelWorkerAdminMethods {
    /// Stops taking new work; what runs is finished.
    ///
    /// Deadline: 5 s; may be retried. Fails with unavailable.
    package static let drain = Method<DrainRequest, DrainReply>(
        id: 0x0681, name: "modelworker.Drain", kind: .unary, isIdempotent: true, deadline: .seconds(5),
        callers: [.modelWorker.admin], carriesTokens: false
    )

    /// Takes new work again.
    ///
    /// Deadline: 5 s; may be retried. Fails with unavailable.
    package static let undrain = Method<UndrainRequest, UndrainReply>(
        id: 0x0682, name: "modelworker.Undrain", kind: .unary, isIdempotent: true, deadline: .seconds(5),
        callers: [.modelWorker.admin], carriesTokens: false
    )

    /// The load as WatchLoad would report it now.
    ///
    /// Deadline: 5 s; may be retried. Fails with unavailable.
    package static let getLoad = Method<GetLoadRequest, LoadReport>(
        id: 0x0683, name: "modelworker.GetLoad", kind: .unary, isIdempotent: true, deadline: .seconds(5),
        callers: [.modelWorker.admin], carriesTokens: false
    )

    /// What the prefix cache did since the start, in all and for the tenants that asked most.
    ///
    /// Deadline: 5 s; may be retried. Fails with unavailable.
    package static let getCacheStatistics = Method<GetCacheStatisticsRequest, CacheStatisticsReply>(
        id: 0x068a, name: "modelworker.GetCacheStatistics", kind: .unary, isIdempotent: true, deadline: .seconds(5),
        callers: [.modelWorker.admin], carriesTokens: false
    )

    /// The adapters that requests may ask for, and those that are leaving.
    ///
    /// Deadline: 5 s; may be retried. Fails with unavailable.
    package static let listAdapters = Method<ListAdaptersRequest, ListAdaptersReply>(
        id: 0x068b, name: "modelworker.ListAdapters", kind: .unary, isIdempotent: true, deadline: .seconds(5),
        callers: [.modelWorker.admin], carriesTokens: false
    )

    /// Loads an adapter from the worker's folder of adapters, between two steps.
    ///
    /// Deadline: 60 s; is never retried by itself. Fails with invalid_argument (name, file, not an adapter of this
    /// model), already_exists, resource_exhausted (number, memory), failed_precondition (no folder), unavailable.
    package static let loadAdapter = Method<LoadAdapterRequest, LoadAdapterReply>(
        id: 0x068d, name: "modelworker.LoadAdapter", kind: .unary, isIdempotent: false, deadline: .seconds(60),
        callers: [.modelWorker.admin], carriesTokens: false
    )

    /// Takes an adapter away: from now on nobody gets it, and its memory goes with the last answer that uses it.
    ///
    /// Deadline: 5 s; is never retried by itself. Fails with not_found, failed_precondition (another server's),
    /// unavailable.
    package static let unloadAdapter = Method<UnloadAdapterRequest, UnloadAdapterReply>(
        id: 0x068f, name: "modelworker.UnloadAdapter", kind: .unary, isIdempotent: false, deadline: .seconds(5),
        callers: [.modelWorker.admin], carriesTokens: false
    )

    /// All of them, in the order of the contract.
    package static let all: [MethodDescription] = [
        drain.description,
        undrain.description,
        getLoad.description,
        getCacheStatistics.description,
        listAdapters.description,
        loadAdapter.description,
        unloadAdapter.description,
    ]
}
