import Testing

@testable import Redis

struct RedisAddressTests {
    @Test func theURLSaysAll() throws {
        let address = try RedisAddress(url: "rediss://us%40er:p%3Ass@redis.example.com:6380/2")
        #expect(address.isEncrypted && address.host == "redis.example.com" && address.port == 6380)
        #expect(
            address.greeting == [
                ["HELLO", "3", "AUTH", "us@er", "p:ss", "SETNAME", "openclaw-cloud"], ["SELECT", "2"],
            ])
    }

    @Test func whatIsMissingIsTheUsual() throws {
        let address = try RedisAddress(url: "redis://:hunter2@10.0.0.1")
        #expect(!address.isEncrypted && address.host == "10.0.0.1" && address.port == 6379)
        #expect(address.greeting == [["HELLO", "3", "AUTH", "default", "hunter2", "SETNAME", "openclaw-cloud"]])
        #expect(try RedisAddress(url: "redis://[::1]").host == "::1")
    }

    @Test(arguments: ["", "http://host", "redis://", "redis://user@host", "redis://host/x", "redis://host?x=1"])
    func anythingElseIsRefusedAndNotRepeated(_ url: String) {
        #expect(throws: RedisError.self) { _ = try RedisAddress(url: url) }
    }
}
