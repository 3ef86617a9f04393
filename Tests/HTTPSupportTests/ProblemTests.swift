import Core
import HTTPSupport
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import SQL
import Testing

struct ProblemTests {
    @Test(arguments: [
        (DomainError.Kind.invalid, 400), (.unauthenticated, 401), (.forbidden, 403), (.notFound, 404), (.conflict, 409),
        (.gone, 410), (.limited, 429), (.unavailable, 503),
    ])
    func domainErrorsKeepTheirCodeAndSentence(kind: DomainError.Kind, status: Int) async throws {
        try await TestSite().test { router in
            router.get("/fails") { _, _ -> Response in throw DomainError(kind, code: "some_code", "Do this.") }
        } _: { client in
            try await client.execute(uri: "/fails", method: .get) { response in
                let problem = try ReceivedProblem(response)
                #expect(problem.status == status)
                #expect(problem.code == "some_code")
                #expect(problem.detail == "Do this.")
                #expect(problem.type == "about:blank")
            }
        }
    }

    @Test func unexpectedErrorsSayNothingButTheRequestID() async throws {
        try await TestSite().test { router in
            router.get("/fails") { _, _ -> Response in throw TestSite.Broken(secret: "sk_live_1234") }
            router.get("/fails/http") { _, _ -> Response in throw HTTPError(.internalServerError, message: "sk_live_1234") }
            router.get("/fails/sql") { _, _ -> Response in throw SQLError.failed("no such table: sk_live_1234") }
        } _: { client in
            for uri in ["/fails", "/fails/http", "/fails/sql"] {
                try await client.execute(uri: uri, method: .get) { response in
                    let problem = try ReceivedProblem(response)
                    #expect(problem.status == 500)
                    #expect(problem.code == "internal")
                    #expect(!String(buffer: response.body).contains("sk_live"))
                }
            }
        }
    }

    @Test func anUnreachableDatabaseIsAPassingCondition() async throws {
        try await TestSite().test { router in
            router.get("/fails") { _, _ -> Response in throw SQLError.unavailable("10.0.0.3 refused") }
        } _: { client in
            try await client.execute(uri: "/fails", method: .get) { response in
                let problem = try ReceivedProblem(response)
                #expect(problem.code == "unavailable")
                #expect(problem.status == 503)
                #expect(response.headers[.retryAfter] != nil)
                #expect(!String(buffer: response.body).contains("10.0.0.3"))
            }
        }
    }

    @Test func unknownPathsAre404() async throws {
        try await TestSite().test { _ in
        } _: { client in
            try await client.execute(uri: "/nowhere?token=1", method: .get) { response in
                let problem = try ReceivedProblem(response)
                #expect(problem.status == 404)
                #expect(problem.code == "not_found")
            }
        }
    }

    @Test func wrongMethodsAre405AndNameTheRightOnes() async throws {
        try await TestSite().test { router in
            router.get("/things/:id") { _, _ in "thing" }
            router.delete("/things/:id") { _, _ in "gone" }
        } _: { client in
            for method: HTTPRequest.Method in [.post, .put, .patch, .options] {
                try await client.execute(uri: "/things/1", method: method, headers: TestSite.ownOrigin) { response in
                    let problem = try ReceivedProblem(response)
                    #expect(problem.code == "method_not_allowed")
                    #expect(response.status == .methodNotAllowed)
                    #expect(response.headers[.allow] == "DELETE, GET, HEAD")
                }
            }
            try await client.execute(uri: "/things/1", method: .head) { #expect($0.status == .ok) }
        }
    }

    @Test func browsersGetAPageWhereThereIsOne() async throws {
        let site = TestSite(htmlErrorPage: { problem, context in
            Response(
                status: .ok, headers: [.contentType: "text/html"],
                body: ResponseBody(byteBuffer: ByteBuffer(string: "\(problem.code) \(context.language)")))
        })
        try await site.test { _ in
        } _: { client in
            let headers: HTTPFields = [.accept: "text/html,*/*;q=0.8", .acceptLanguage: "pt-BR"]
            try await client.execute(uri: "/nowhere", method: .get, headers: headers) { response in
                #expect(response.status == .notFound)
                #expect(String(buffer: response.body) == "not_found portuguese")
            }
            try await client.execute(uri: "/nowhere", method: .get, headers: [.accept: "application/json"]) { response in
                let problem = try ReceivedProblem(response)
                #expect(problem.code == "not_found")
            }
        }
    }
}
