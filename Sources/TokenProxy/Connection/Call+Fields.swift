import ModelAPI
import NIOCore

/// The fields of a call's head that differ from call to call.
extension Call {
    /// The client's fields that go on; everything else stays here, above all its credential.
    func writeFields(to head: inout ByteBuffer, bodyLength: Int, _ rule: MemberRule) {
        head.writeStaticString("content-length: ")
        head.writeString(String(bodyLength))
        head.writeStaticString("\r\nx-request-id: ")
        request.writeRequestID(to: &head)
        head.writeStaticString("\r\n")
        forward("accept: ", request.head.accept, to: &head)
        forward("user-agent: ", request.head.userAgent, to: &head)
        forward("anthropic-version: ", request.head.anthropicVersion, to: &head)
        if let betas = request.head.anthropicBeta, let listed = rule.betas(request.text(betas)) {
            head.writeStaticString("anthropic-beta: ")
            head.writeString(listed)
            head.writeStaticString("\r\n")
        }
        head.writeStaticString("\r\n")
    }

    private func forward(_ name: StaticString, _ value: Range<Int>?, to head: inout ByteBuffer) {
        guard let value else { return }
        head.writeStaticString(name)
        request.write(value, to: &head)
        head.writeStaticString("\r\n")
    }
}
