import JSON
import Testing

@testable import Kubernetes

struct ObjectCacheTests {
    private func object(_ name: String, version: Int, namespace: String = "n") -> KubernetesObject {
        var object = KubernetesObject(.configMaps, name: name, namespace: namespace)
        object.json["metadata"]?["resourceVersion"] = .string("\(version)")
        return object
    }

    @Test func takesNewerVersionsAndNoOlderOnes() {
        var cache = ObjectCache()
        // The one that comes late is the watch, behind a request of our own.
        let news = [5, 5, 4, 6].map { cache.update(object("a", version: $0)) }
        #expect(news == [true, false, false, true])
        #expect(cache["n", "a"]?.resourceVersion == "6")
    }

    @Test func isNotToldOfTheRemovalOfAnEarlierObject() {
        var cache = ObjectCache()
        _ = cache.update(object("a", version: 9))
        // It has been made anew since the first of these.
        let news = [7, 10, 10].map { cache.remove(object("a", version: $0)) }
        #expect(news == [false, true, false])
        #expect(cache.all.isEmpty)
    }

    @Test func staysWithoutWhatWasRemovedBeforeTheAnswerToItsWriteCame() {
        var cache = ObjectCache()
        _ = cache.take(.deleted(object("a", version: 101)))
        let news = [100, 101, 102].map { cache.update(object("a", version: $0)) }
        // Another one of that name is of a later version.
        #expect(news == [false, false, true])
    }

    @Test func knowsFromEveryListAndBookmarkWhatIsNotThere() {
        var cache = ObjectCache()
        _ = cache.replaceAll(KubernetesObjectList(items: [object("a", version: 5)], resourceVersion: "20"))
        let afterList = [object("gone", version: 20), object("a", version: 6)].map { cache.update($0) }
        #expect(afterList == [false, true])
        _ = cache.take(.bookmark(resourceVersion: "30"))
        let afterBookmark = [object("gone", version: 30), object("new", version: 31)].map { cache.update($0) }
        #expect(afterBookmark == [false, true])
        // A list is right in any case.
        _ = cache.replaceAll(KubernetesObjectList(items: [object("b", version: 7)], resourceVersion: "40"))
        #expect(Set(cache.all.map(\.name)) == ["b"])
    }

    @Test func refusesNothingForAVersionThatIsNoNumber() {
        var cache = ObjectCache()
        _ = cache.take(.bookmark(resourceVersion: "30"))
        var odd = object("a", version: 1)
        odd.json["metadata"]?["resourceVersion"] = "x1"
        let isNews = cache.update(odd)
        #expect(isNews)
    }

    @Test func takesWhatTheWatchTells() {
        var cache = ObjectCache()
        let events: [WatchEvent] = [
            .updated(object("a", version: 5)), .updated(object("a", version: 5)), .bookmark(resourceVersion: "6"),
            .deleted(object("a", version: 7)), .deleted(object("a", version: 7)),
        ]
        let changes = events.compactMap { cache.take($0) }
        #expect(changes.map(\.isGone) == [false, true])
        #expect(cache.all.isEmpty)
    }

    @Test func tellsWhatIsDifferentAfterAGap() {
        var cache = ObjectCache()
        for object in [object("same", version: 1), object("changed", version: 2), object("gone", version: 3)] {
            _ = cache.update(object)
        }
        _ = cache.update(object("made since", version: 30))
        let list = KubernetesObjectList(
            items: [object("same", version: 1), object("changed", version: 12), object("new", version: 13)],
            resourceVersion: "20")
        let changes = cache.replaceAll(list)
        #expect(Set(changes.map { "\($0.object.name) \($0.isGone)" }) == ["changed false", "new false", "gone true"])
        #expect(Set(cache.all.map(\.name)) == ["same", "changed", "new", "made since"])
    }

    @Test func keepsNamespacesApart() {
        var cache = ObjectCache()
        _ = cache.update(object("a", version: 1, namespace: "x"))
        _ = cache.update(object("a", version: 2, namespace: "y"))
        #expect(cache.objects(namespace: "x").map(\.resourceVersion) == ["1"])
        #expect(cache.objects(namespace: "z").isEmpty)
    }
}
