import Core
import HTTPSupport
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Jobs
import NIOCore
import SQL
import Store
import TestSupport
import Testing

struct BoxTests {
    @Test func everyoneSeesTheirOwnBoxWithoutItsToken() async throws {
        try await TestAPI.run { api in
            for tenant in [api.ana, api.ben] {
                try await api.client.execute(uri: "/v1/box", method: .get, headers: tenant.headers()) { response in
                    let box = try TestAPI.object(response)
                    #expect(box["id"] == .text(tenant.box.id.rawValue))
                    #expect(box["agent_name"] == .text(tenant.box.agentName))
                    #expect(box["status"] == .text("running"))
                    #expect(box["bot"]?["url"] == .text("https://t.me/\(tenant.box.bot?.username ?? "")"))
                    #expect(!String(buffer: response.body).contains("sealed-secret"))
                }
            }
        }
    }

    @Test func whatIsToldOfABoxIsInTheReadersLanguage() async throws {
        try await TestAPI.run { api in
            try await api.platform.database.write {
                try BoxStore($0).observe(
                    api.ana.box, generation: 1, status: .failed, message: .failed(.exited(code: 137)), readyAt: nil)
            }
            for language in Language.allCases {
                var ana = api.ana.customer
                ana.language = language
                let reader = ana
                try await api.platform.database.write { try CustomerStore($0).update(reader) }
                try await api.client.execute(uri: "/v1/box", method: .get, headers: api.ana.headers()) { response in
                    let box = try TestAPI.object(response)
                    #expect(box["detail"] == .text(OwnerMessage.failed(.exited(code: 137)).text[language]))
                }
            }
        }
    }

    @Test func anothersBoxCannotBeAskedForByItsID() async throws {
        try await TestAPI.run { api in
            let other = api.ben.box.id.rawValue
            for uri in ["/v1/box/\(other)", "/v1/boxes/\(other)", "/v1/box/\(other)/restart"] {
                try await api.client.execute(uri: uri, method: .get, headers: api.ana.headers()) {
                    #expect($0.status == .notFound)
                }
            }
            try await api.client.execute(uri: "/v1/box?id=\(other)", method: .get, headers: api.ana.headers()) { response in
                let answer = try TestAPI.object(response)
                #expect(answer["id"] == .text(api.ana.box.id.rawValue))
            }
        }
    }

    @Test func aCustomerWithoutABoxIsTold() async throws {
        try await TestAPI.run { api in
            try await api.want(.deleted, for: api.ana)
            try await api.client.execute(uri: "/v1/box", method: .get, headers: api.ana.headers()) { response in
                #expect(response.status == .notFound)
                let answer = try TestAPI.object(response)
                #expect(answer["code"] == .text("no_box"))
            }
        }
    }

    @Test func aRestartIsWantedOnceForEachKey() async throws {
        try await TestAPI.run { api in
            for key in ["k", "k", "l"] {
                try await api.client.execute(uri: "/v1/box/restart", method: .post, headers: api.ana.headers(key: key)) {
                    #expect($0.status == .accepted)
                }
            }
            let ana = try #require(try await api.box(of: api.ana))
            let ben = try #require(try await api.box(of: api.ben))
            #expect(ana.restartMarker == 2)
            #expect(ana.generation == api.ana.box.generation + 2)
            #expect(ben == api.ben.box)
            let jobs = try await api.platform.queuedJobs(ReconcileBox.kind)
            #expect(jobs.count == 1 && jobs[0].contains(ana.id.rawValue))
            #expect(api.platform.notifier.topics.contains(.customer(ana.customerID)))
        }
    }

    @Test func theSameKeyServesTwoCustomers() async throws {
        try await TestAPI.run { api in
            for tenant in [api.ana, api.ben] {
                try await api.client.execute(uri: "/v1/box/restart", method: .post, headers: tenant.headers(key: "k")) {
                    response in
                    let answer = try TestAPI.object(response)
                    #expect(answer["id"] == .text(tenant.box.id.rawValue))
                }
            }
        }
    }

    @Test func whatIsNotMeantToRunIsNotRestarted() async throws {
        try await TestAPI.run { api in
            try await api.want(.suspended, for: api.ana)
            try await api.client.execute(uri: "/v1/box/restart", method: .post, headers: api.ana.headers(key: "k")) {
                response in
                #expect(response.status == .conflict)
                let answer = try TestAPI.object(response)
                #expect(answer["code"] == .text("box_not_running"))
            }
            #expect(try await api.platform.queuedJobs(ReconcileBox.kind).isEmpty)
        }
    }

    @Test func aRestartNeedsAKeyAndOurOrigin() async throws {
        try await TestAPI.run { api in
            try await api.client.execute(uri: "/v1/box/restart", method: .post, headers: api.ana.headers()) { response in
                let answer = try TestAPI.object(response)
                #expect(answer["code"] == .text("idempotency_key_missing"))
            }
            var foreign = api.ana.headers(key: "k")
            foreign[.origin] = "https://evil.example"
            try await api.client.execute(uri: "/v1/box/restart", method: .post, headers: foreign) {
                #expect($0.status == .forbidden)
            }
            try await api.client.execute(uri: "/v1/box/restart", method: .get, headers: api.ana.headers()) { response in
                #expect(response.status == .methodNotAllowed)
                #expect(response.headers[.allow] == "POST")
            }
            #expect(try await api.box(of: api.ana) == api.ana.box)
        }
    }
}

extension TestAPI {
    fileprivate func box(of tenant: Tenant) async throws -> Box? {
        try await platform.database.read { try BoxStore($0).find(tenant.box.id, customerID: tenant.customer.id) }
    }

    fileprivate func want(_ desired: DesiredState, for tenant: Tenant) async throws {
        try await platform.database.write { transaction in
            var box = tenant.box
            box.desired = desired
            _ = try BoxStore(transaction).want(box)
        }
    }
}
