/// What a browser says it is, in a word or two that its owner knows it by.
package enum Device {
    /// - Parameter userAgent: the header `User-Agent`.
    /// - Returns: such as `Firefox, Linux`; empty if neither is known.
    package static func name(userAgent: String) -> String {
        // The first that fits counts: others' names stand in many of them, too.
        let browsers = [
            ("Edg", "Edge"), ("OPR/", "Opera"), ("SamsungBrowser", "Samsung Internet"), ("Firefox", "Firefox"),
            ("FxiOS", "Firefox"), ("CriOS", "Chrome"), ("Chrome", "Chrome"), ("Safari", "Safari"),
        ]
        let systems = [
            ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"), ("Mac OS X", "Mac"),
            ("CrOS", "ChromeOS"), ("Linux", "Linux"),
        ]
        let found = [browsers, systems].compactMap { list in list.first { userAgent.contains($0.0) }?.1 }
        return found.joined(separator: ", ")
    }
}
