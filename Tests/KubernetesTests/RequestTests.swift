import NIOCore
import Testing

@testable import Kubernetes

struct RequestTests {
    @Test func buildsThePathsOfTheAPI() {
        #expect(
            ResourceType.deployments.path(namespace: "n", name: "a", subresource: "scale")
                == "/apis/apps/v1/namespaces/n/deployments/a/scale")
        #expect(ResourceType.pods.path(namespace: nil, name: nil, subresource: nil) == "/api/v1/pods")
        #expect(ResourceType.namespaces.path(namespace: "n", name: "n", subresource: nil) == "/api/v1/namespaces/n")
    }

    @Test func escapesWhatStandsInAQuery() {
        var query = Query(labelSelector: "a/b=c,d in (e)")
        query["limit"] = "5"
        #expect(query.text == "?labelSelector=a%2Fb%3Dc%2Cd%20in%20%28e%29&limit=5")
        query["limit"] = nil
        query["labelSelector"] = nil
        #expect(query.text == "")
    }

    @Test func waitsLongerEachTimeAndGivesUp() {
        let policy = RetryPolicy(attempts: 4, firstDelay: .milliseconds(100), longestDelay: .milliseconds(250))
        #expect(policy.delay(after: 1, asked: nil, jitter: 1) == .milliseconds(100))
        #expect(policy.delay(after: 2, asked: nil, jitter: 1) == .milliseconds(200))
        #expect(policy.delay(after: 3, asked: nil, jitter: 1) == .milliseconds(250))
        #expect(policy.delay(after: 4, asked: nil, jitter: 1) == nil)
        #expect(policy.pause(after: 1000, jitter: 0.5) == .milliseconds(125), "others never give up")
    }

    @Test func waitsAsLongAsTheServerAsksButNotForMinutes() {
        let policy = RetryPolicy()
        #expect(policy.delay(after: 1, asked: .seconds(3), jitter: 0.5) == .seconds(3))
        #expect(policy.delay(after: 1, asked: .seconds(31), jitter: 0.5) == nil)
    }

    @Test func putsLinesTogetherFromChunks() {
        var buffer = LineBuffer()
        let lines = ["{\"a\"", ":1}\n{\"b\":2}\n\n{", "}\n"].map { chunk in
            buffer.append(ByteBuffer(string: chunk)).map { String(decoding: $0, as: UTF8.self) }
        }
        #expect(lines == [[], ["{\"a\":1}", "{\"b\":2}"], ["{}"]])
    }

    @Test func readsWhatTheServerSaysOfAnError() {
        let body = #"{"kind":"Status","reason":"TooManyRequests","message":"later","details":{"retryAfterSeconds":7}}"#
        let error = KubernetesError(status: 429, body: Array(body.utf8), request: "GET /x", retryAfterHeader: nil)
        #expect(error.retryAfter == .seconds(7))
        #expect(error.isPassing)
        #expect(error.description == "GET /x: 429 TooManyRequests: later")
        let page = KubernetesError(status: 403, body: Array("<html>".utf8), request: "GET /x", retryAfterHeader: "2")
        #expect(page.message == "<html>")
        #expect(page.retryAfter == .seconds(2))
        #expect(!page.isPassing)
    }
}
