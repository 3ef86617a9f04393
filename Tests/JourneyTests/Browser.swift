import AsyncHTTPClient
import Foundation
import NIOCore
import NIOFoundationCompat
import NIOHTTP1

/// A headless Chromium, driven through chromedriver by the WebDriver protocol (https://www.w3.org/TR/webdriver2/).
actor Browser {
    private let driver: Process
    private let root: String
    private var session = ""

    /// - Parameters:
    ///   - width: in CSS pixels; 390 is a phone.
    ///   - dark: whether pages are told that the visitor prefers dark.
    init(width: Int, height: Int, language: String = "en", dark: Bool = false) async throws {
        let port = freePort()
        root = "http://127.0.0.1:\(port)"
        driver = Process()
        driver.executableURL = URL(filePath: "/usr/bin/env")
        driver.arguments = ["chromedriver", "--port=\(port)"]
        driver.standardOutput = FileHandle.nullDevice
        driver.standardError = FileHandle.nullDevice
        try driver.run()
        var arguments = [
            "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--window-size=\(width),\(height)",
            "--lang=\(language)", "--hide-scrollbars",
        ]
        if dark { arguments.append("--force-dark-mode") }
        let options: [String: Any] = ["args": arguments, "prefs": ["intl.accept_languages": language]]
        let wanted: [String: Any] = [
            "capabilities": ["alwaysMatch": ["browserName": "chrome", "goog:chromeOptions": options]]
        ]
        for attempt in 0... {
            do {
                let answer = try await call("POST", "/session", wanted) as? [String: Any]
                session = answer?["sessionId"] as? String ?? ""
                break
            } catch  where attempt < 100 && driver.isRunning {
                try await Task.sleep(for: .milliseconds(50))
            }
        }
        if width < 600 {
            _ = try await cdp(
                "Emulation.setDeviceMetricsOverride",
                ["width": width, "height": height, "deviceScaleFactor": 2, "mobile": true])
        }
    }

    func quit() async {
        _ = try? await call("DELETE", "/session/\(session)", nil)
        _ = driver.end(with: SIGKILL)
    }

    func open(_ url: String) async throws {
        _ = try await call("POST", "/session/\(session)/url", ["url": url])
    }

    var url: String {
        get async throws { try await call("GET", "/session/\(session)/url", nil) as? String ?? "" }
    }

    func reload() async throws {
        _ = try await call("POST", "/session/\(session)/refresh", [:])
    }

    /// Runs JavaScript, whose last statement is `return …`.
    func run<Value: Decodable & Sendable>(_ script: String, as _: Value.Type = Value.self) async throws -> Value {
        let json = "return JSON.stringify((() => { \(script) })() ?? null)"
        let answer = try await call("POST", "/session/\(session)/execute/sync", ["script": json, "args": []])
        return try JSONDecoder().decode(Value.self, from: Data((answer as? String ?? "null").utf8))
    }

    func clickElement(_ css: String) async throws {
        _ = try await call("POST", "/session/\(session)/element/\(try await element(css))/click", [:])
    }

    func type(_ text: String, into css: String) async throws {
        _ = try await call("POST", "/session/\(session)/element/\(try await element(css))/value", ["text": text])
    }

    /// Waits until JavaScript says yes.
    /// - Throws: when it doesn't within `seconds`.
    func wait(_ what: String, seconds: Double = 15, until script: String) async throws {
        let deadline = ContinuousClock.now + .seconds(seconds)
        while ContinuousClock.now < deadline {
            if (try? await run("return Boolean(\(script))", as: Bool.self)) == true { return }
            try await Task.sleep(for: .milliseconds(40))
        }
        let text = (try? await run("return document.body.innerText", as: String.self)) ?? ""
        throw Failure(description: "waited \(seconds) s for \(what) at \((try? await url) ?? "?"); the page says:\n\(text)")
    }

    func screenshot(_ file: URL) async throws {
        guard let text = try await call("GET", "/session/\(session)/screenshot", nil) as? String,
            let png = Data(base64Encoded: text)
        else { throw Failure(description: "no screenshot") }
        try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try png.write(to: file)
    }

    private func element(_ css: String) async throws -> String {
        try await wait("an element \(css)", until: "document.querySelector(\(quoted(css)))")
        let found =
            try await call(
                "POST", "/session/\(session)/element", ["using": "css selector", "value": css]) as? [String: String]
        guard let id = found?.values.first else { throw Failure(description: "no element \(css)") }
        return id
    }

    private func cdp(_ command: String, _ parameters: [String: Any]) async throws -> Any? {
        try await call("POST", "/session/\(session)/goog/cdp/execute", ["cmd": command, "params": parameters])
    }

    private func call(_ method: String, _ path: String, _ body: [String: Any]?) async throws -> Any? {
        var request = HTTPClientRequest(url: root + path)
        request.method = .init(rawValue: method)
        if let body { request.body = .bytes(try JSONSerialization.data(withJSONObject: body)) }
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(60))
        let bytes = try await response.body.collect(upTo: 64 << 20)
        let answer = try JSONSerialization.jsonObject(with: Data(buffer: bytes)) as? [String: Any]
        let value = answer?["value"]
        if response.status != .ok {
            throw Failure(description: (value as? [String: Any])?["message"] as? String ?? "WebDriver: \(response.status)")
        }
        return value is NSNull ? nil : value
    }

    struct Failure: Error, CustomStringConvertible {
        let description: String
    }
}

/// A JavaScript string literal.
func quoted(_ text: String) -> String {
    let json = (try? JSONEncoder().encode(text)) ?? Data()
    return String(decoding: json, as: UTF8.self)
}
