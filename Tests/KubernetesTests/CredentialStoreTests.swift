import FoundationEssentials
import Testing

@testable import Kubernetes

struct CredentialStoreTests {
    @Test func readsTheTokenFileOnceAMinute() async throws {
        try await withTokenFile { folder, store, clock in
            #expect(try await store.current().authorization == "Bearer t1")
            try folder.write("token", "t2\n")
            clock.advance(by: .seconds(59))
            #expect(try await store.current().authorization == "Bearer t1")
            clock.advance(by: .seconds(1))
            #expect(try await store.current().authorization == "Bearer t2")
        }
    }

    @Test func readsItAgainAfterARefusal() async throws {
        try await withTokenFile { folder, store, clock in
            let first = try await store.current()
            try folder.write("token", "t2")
            clock.advance(by: .seconds(1))
            await store.invalidate(first)
            #expect(try await store.current().authorization == "Bearer t2")
        }
    }

    @Test func readsItAtMostOnceASecond() async throws {
        try await withTokenFile { folder, store, clock in
            _ = try await store.current()
            try folder.write("token", "t2")
            await store.invalidate()
            clock.advance(by: .milliseconds(999))
            #expect(try await store.current().authorization == "Bearer t1")
            clock.advance(by: .milliseconds(1))
            #expect(try await store.current().authorization == "Bearer t2")
        }
    }

    @Test func aRefusalOfFormerCredentialsChangesNothing() async throws {
        try await withTokenFile { folder, store, clock in
            let first = try await store.current()
            try folder.write("token", "t2")
            clock.advance(by: .seconds(60))
            _ = try await store.current()
            try folder.write("token", "t3")
            clock.advance(by: .seconds(1))
            await store.invalidate(first)
            #expect(try await store.current().authorization == "Bearer t2")
        }
    }

    @Test func keepsTheTokenWhileTheFileIsAway() async throws {
        try await withTokenFile { folder, store, clock in
            _ = try await store.current()
            try folder.remove("token")
            clock.advance(by: .seconds(60))
            #expect(try await store.current().authorization == "Bearer t1")
            try folder.write("token", "t2")
            // A second after the failed attempt, not a minute.
            clock.advance(by: .seconds(1))
            #expect(try await store.current().authorization == "Bearer t2")
        }
    }

    @Test func saysWhyThereIsNoToken() async throws {
        try await withTokenFile { folder, store, clock in
            try folder.remove("token")
            let missing = await #expect(throws: CredentialError.self) { try await store.current() }
            #expect(
                missing?.description
                    == "The token file \(folder.path)/token can't be read: there is no such file. "
                    + "Put it there, or name another.")
            try folder.write("token", " \n")
            // Within the second it isn't read anew.
            let same = await #expect(throws: CredentialError.self) { try await store.current() }
            #expect(same == missing)
            clock.advance(by: .seconds(1))
            let empty = await #expect(throws: CredentialError.self) { try await store.current() }
            #expect(
                empty?.description
                    == "The token file \(folder.path)/token holds no token. Put a bearer token into it, and nothing else.")
            try folder.write("token", "t1")
            clock.advance(by: .seconds(1))
            #expect(try await store.current().authorization == "Bearer t1")
        }
    }

    @Test func aRefusedTokenIsNotUsedOnWhileTheFileIsAway() async throws {
        try await withTokenFile { folder, store, clock in
            _ = try await store.current()
            try folder.remove("token")
            clock.advance(by: .seconds(1))
            await store.invalidate()
            await #expect(throws: CredentialError.self) { try await store.current() }
        }
    }

    @Test func aTokenStandsInUntilTheFileIsThere() async throws {
        try await ConfigurationFolder.with { folder in
            let clock = SteppedClock()
            let path = try folder.write("config", KubeConfigTests.text(user: "token: t0\ntokenFile: token"))
            let store = CredentialStore(
                try ClusterConfiguration.kubeConfig(path: path).credentials, now: clock.now)
            #expect(try await store.current().authorization == "Bearer t0")
            try folder.write("token", "t1")
            clock.advance(by: .seconds(1))
            #expect(try await store.current().authorization == "Bearer t1")
        }
    }

    @Test func fixedCredentialsStayWhatTheyAre() async throws {
        let store = CredentialStore(.fixed(Credentials(authorization: "Bearer t")))
        await store.invalidate()
        #expect(try await store.current() == Credentials(authorization: "Bearer t"))
    }

    private func withTokenFile(
        _ body: (ConfigurationFolder, CredentialStore, SteppedClock) async throws -> Void
    ) async throws {
        try await ConfigurationFolder.with { folder in
            let clock = SteppedClock()
            let path = try folder.write("token", "t1\n")
            try await body(folder, CredentialStore(.tokenFile(path: path), now: clock.now), clock)
        }
    }
}
