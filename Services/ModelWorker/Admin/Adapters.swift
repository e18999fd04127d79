// SPDX-License-Identifier: Apache-2.0

import AdminKit
import ArgumentParser
import Clients
import Messages
import Primitives

struct Adapters: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "LoRA adapters of the chat model; clients ask for model:name.",
        subcommands: [AdapterList.self, AdapterLoad.self, AdapterUnload.self])
}

struct AdapterList: AdminCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "Shows a worker's adapters.")
    static let service = PeerName.modelWorker
    @OptionGroup var admin: AdminOptions

    func perform(_ session: AdminSession) async throws {
        let reply = try await session.ask(ModelWorkerAdminMethods.listAdapters, ListAdaptersRequest())
        var table = Table(["name", "model", "bytes", "running", "leaving"])
        for adapter in reply.adapters {
            table.add(
                .text(adapter.name), .text(adapter.model), .number(Int64(clamping: adapter.bytes)),
                .number(Int64(adapter.running)), .flag(adapter.isLeaving))
        }
        session.show(table)
    }
}

struct AdapterLoad: AdminCommand {
    static let configuration = CommandConfiguration(
        commandName: "load", abstract: "Loads an adapter from the worker's folder of adapters.",
        discussion: "It is there until the worker restarts; engine.adapters names those that always are.")
    static let service = PeerName.modelWorker
    @OptionGroup var admin: AdminOptions

    @Argument(help: "The name that clients add to the model's.")
    var name: String

    @Argument(help: "A GGUF file, relative to engine.adapter_folder.")
    var file: String

    func perform(_ session: AdminSession) async throws {
        let request = LoadAdapterRequest(name: name, file: file)
        guard let reply = try await session.change(ModelWorkerAdminMethods.loadAdapter, request) else { return }
        session.show([("model", .text(reply.model)), ("bytes", .number(Int64(clamping: reply.bytes)))])
    }
}

struct AdapterUnload: AdminCommand {
    static let configuration = CommandConfiguration(
        commandName: "unload", abstract: "Takes an adapter away; answers that use it are finished.")
    static let service = PeerName.modelWorker
    @OptionGroup var admin: AdminOptions

    @Argument(help: "The adapter's name.")
    var name: String

    func perform(_ session: AdminSession) async throws {
        let request = UnloadAdapterRequest(name: name)
        guard let reply = try await session.change(ModelWorkerAdminMethods.unloadAdapter, request) else { return }
        session.show([("still running", .number(Int64(reply.stillRunning)))])
    }
}
