import ArgumentParser
import NIOCore

/// Where the requests go.
struct Target: ParsableArguments {
    @Option(help: "http://HOST:PORT/PATH; the host as an IP address.")
    var url: String

    @Option(help: "What is sent as Authorization: Bearer.")
    var token = "none"

    @Option(help: "The model that the requests name.")
    var model = "k2p5"

    func address() throws -> SocketAddress {
        let (host, port, _) = try parts()
        return try SocketAddress(ipAddress: host, port: port)
    }

    /// A whole request with the user's message as its content.
    func request(message: String, isStream: Bool) throws -> ByteBuffer {
        let (host, port, path) = try parts()
        let system = "You are a helpful assistant that answers in one short sentence."
        let stream = isStream ? #""stream":true,"stream_options":{"include_usage":true},"# : ""
        let body =
            #"{"model":"\#(model)","max_tokens":100,\#(stream)"messages":[{"role":"system","content":"\#(system)"},"#
            + #"{"role":"user","content":"\#(message)"}]}"#
        return ByteBuffer(
            string: "POST \(path) HTTP/1.1\r\nHost: \(host):\(port)\r\nAuthorization: Bearer \(token)\r\n"
                + "Content-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)")
    }

    func validate() throws { _ = try parts() }

    private func parts() throws -> (host: String, port: Int, path: String) {
        guard let match = url.wholeMatch(of: #/http:\/\/([0-9.]+):([0-9]+)(\/.*)/#), let port = Int(match.2) else {
            throw ValidationError("--url must be like http://127.0.0.1:8082/v1/chat/completions.")
        }
        return (String(match.1), port, String(match.3))
    }
}
