import Core
import Dispatch
import HTTPTypes
import NIOPosix
import Synchronization
import Testing
import Webhooks

struct WebhookSenderTests {
    @Test(arguments: [
        (200, WebhookDelivery.Result.answered(200), true), (204, .answered(204), true), (302, .answered(302), false),
        (410, .answered(410), false), (500, .answered(500), false),
    ])
    func whatTheReceiverAnswersIsTheResult(_ status: Int, _ result: WebhookDelivery.Result, _ isSuccess: Bool) async throws {
        try await Receiver.run { receiver, url in
            receiver.answer(status)
            let address = try WebhookAddress(url + "/hook", allowsThisMachine: true)
            let got = await WebhookSender().send(#"{"a":1}"#, to: address, headers: [("webhook-id", "msg_1")])
            #expect(got == result && got.isSuccess == isSuccess)
            #expect(receiver.messages.map(\.body) == [#"{"a":1}"#], "a redirect is followed nowhere")
            let headers = try #require(receiver.messages.first?.headers)
            #expect(headers[HTTPField.Name("webhook-id")!] == "msg_1" && headers[.contentType] == "application/json")
        }
    }

    @Test func aSlowReceiverIsNotWaitedFor() async throws {
        try await Receiver.run { _, url in
            let address = try WebhookAddress(url + "/slow", allowsThisMachine: true)
            let sender = WebhookSender(timeout: .milliseconds(200))
            #expect(await sender.send("{}", to: address, headers: []) == .fault(.timeout))
        }
    }

    @Test(.timeLimit(.minutes(1))) func aLookUpTakesNoThreadThatOthersNeed() async throws {
        let end = DispatchSemaphore(value: 0)
        let others = 64
        for _ in 1...others { NIOThreadPool.singleton.submit { _ in end.wait() } }
        let address = try? await WebhookSender.lookUp("localhost", 443)
        for _ in 1...others { end.signal() }
        #expect(address == "127.0.0.1" || address == "::1")
    }

    @Test func nobodyThereIsAFault() async throws {
        let address = try WebhookAddress("http://127.0.0.1:9/", allowsThisMachine: true)
        #expect(await WebhookSender().send("{}", to: address, headers: []) == .fault(.unreachable))
        let unknown = try WebhookAddress("https://nobody.invalid/", allowsThisMachine: false)
        let sender = WebhookSender(resolve: { _, _ in throw CancellationError() })
        #expect(await sender.send("{}", to: unknown, headers: []) == .fault(.unknownName))
    }

    @Test(arguments: [
        "127.0.0.1", "127.9.9.9", "10.43.0.1", "172.31.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",
        "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fd00::1", "::ffff:10.0.0.1", "::ffff:127.0.0.1",
        "64:ff9b::a00:1", "2002:a00:1::", "ff02::1", "203.0.113.9", "",
    ])
    func aNameThatLeadsToWhatIsNotPublicIsRefused(_ ip: String) async throws {
        let address = try WebhookAddress("https://rebound.example/", allowsThisMachine: true)
        let sender = WebhookSender(blockedRanges: ["203.0.113.0/24"], resolve: { _, _ in ip })
        #expect(await sender.send("{}", to: address, headers: []) == .fault(.forbiddenAddress))
    }

    /// Who owns a name could answer the check with one address and the connection with another.
    @Test func theConnectionGoesToTheAddressThatWasChecked() async throws {
        try await Receiver.run { receiver, url in
            let asked = Mutex(0)
            let sender = WebhookSender(resolve: { _, _ in
                asked.withLock { $0 += 1 }
                return "127.0.0.1"
            })
            let local = url.replacing("127.0.0.1", with: "localhost")
            let address = try WebhookAddress(local + "/hook", allowsThisMachine: true)
            #expect(await sender.send("{}", to: address, headers: []) == .answered(200))
            #expect(asked.withLock { $0 } == 1 && receiver.messages.count == 1)
            // Nobody listens there: the name's own address would have answered.
            let elsewhere = WebhookSender(resolve: { _, _ in "127.0.0.99" })
            #expect(await elsewhere.send("{}", to: address, headers: []) == .fault(.unreachable))
            let outside = WebhookSender(resolve: { _, _ in "10.0.0.1" })
            #expect(await outside.send("{}", to: address, headers: []) == .fault(.forbiddenAddress))
            #expect(receiver.messages.count == 1)
        }
    }
}
