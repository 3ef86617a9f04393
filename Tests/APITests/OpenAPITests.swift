import API
import Core
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Identity
import Jobs
import SQL
import TestSupport
import Testing

struct OpenAPITests {
    @Test func theDocumentAndTheRoutesAgreeInBothDirections() async throws {
        try await TestAPI.run { api in
            let document = try await document(api)
            guard case .object(let paths) = document["paths"] else {
                Issue.record("the document has no paths")
                return
            }
            let described = Set(
                paths.flatMap { path, item -> [String] in
                    guard case .object(let operations) = item else { return [] }
                    return operations.keys.map { "\($0.uppercased()) \(path)" }
                })
            let router = TestAPI.router(api.platform, IdentityService(queue: api.platform.queue), api.stripe)
            let served = Set(router.routes.map { "\($0.method.rawValue) \($0.path)" })
            #expect(described == served)
        }
    }

    @Test func everyReferenceLeadsSomewhere() async throws {
        try await TestAPI.run { api in
            let document = JSONValue.object(try await document(api))
            for reference in references(in: document) {
                let steps = reference.split(separator: "/").dropFirst().map(String.init)
                let target = steps.reduce(document as JSONValue?) { $0?[$1] }
                #expect(target != nil, "\(reference) leads nowhere")
            }
        }
    }

    @Test func theAnswersHaveTheDescribedFields() async throws {
        try await TestAPI.run { api in
            let document = JSONValue.object(try await document(api))
            for (uri, schema) in [("/v1/me", "Customer"), ("/v1/box", "Box"), ("/v1/agent", "Agent")] {
                let answer = try await api.client.execute(uri: uri, method: .get, headers: api.ana.headers()) {
                    try TestAPI.object($0)
                }
                expectFields(of: .object(answer), match: schema, in: document)
            }
            let plans = try await api.client.execute(uri: "/v1/plans", method: .get) { try TestAPI.object($0) }
            for plan in plans["data"]?.items ?? [] { expectFields(of: plan, match: "Plan", in: document) }
            let problem = try await api.client.execute(uri: "/v1/me", method: .get) { try TestAPI.object($0) }
            expectFields(of: .object(problem), match: "Problem", in: document)
        }
    }

    private func document(_ api: TestAPI) async throws -> [String: JSONValue] {
        try await api.client.execute(uri: "/openapi.json", method: .get) { response in
            #expect(response.headers[.contentType] == "application/json")
            let document = try TestAPI.object(response)
            #expect(document["openapi"] == .text("3.1.0"))
            return document
        }
    }

    private func expectFields(of value: JSONValue, match schema: String, in document: JSONValue) {
        guard case .object(let fields) = value, let schema = document["components"]?["schemas"]?[schema],
            case .object(let properties) = schema["properties"]
        else {
            Issue.record("no such schema, or no object")
            return
        }
        let required = (schema["required"]?.items ?? []).compactMap { if case .text(let name) = $0 { name } else { nil } }
        #expect(Set(fields.keys).isSubset(of: properties.keys))
        #expect(Set(required).isSubset(of: fields.keys))
    }

    private func references(in value: JSONValue) -> [String] {
        switch value {
        case .object(let fields):
            fields.flatMap { key, value -> [String] in
                if key == "$ref", case .text(let reference) = value { return [reference] }
                return references(in: value)
            }
        case .array(let items): items.flatMap(references)
        default: []
        }
    }
}
