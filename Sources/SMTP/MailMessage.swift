package import FoundationEssentials

/// A message to one person, in plain text and in HTML.
package struct MailMessage: Sendable, Hashable {
    package let from: Mailbox
    package let to: Mailbox
    package let subject: String
    package let text: String
    package let html: String
    /// Without angle brackets: `something@domain`. The same message sent again keeps it, so that receivers can tell.
    package let messageID: String
    package let date: Date
    /// Where mails like this are switched off, in one step and without signing in; `nil` where they can't be.
    package let unsubscribeURL: String?

    package init(
        from: Mailbox, to: Mailbox, subject: String, text: String, html: String, messageID: String, date: Date,
        unsubscribeURL: String? = nil
    ) {
        self.from = from
        self.to = to
        self.subject = subject
        self.text = text
        self.html = html
        self.messageID = messageID
        self.date = date
        self.unsubscribeURL = unsubscribeURL
    }

    /// The message as RFC 5322 and RFC 2046 write it: ASCII only, lines of at most 78 characters that end in CRLF.
    /// - Throws: ``SMTPError/invalidMessage(_:)`` if a header would break out of its line.
    package func encoded() throws(SMTPError) -> String {
        guard subject.unicodeScalars.allSatisfy(HeaderEncoding.isPrintable) else {
            throw .invalidMessage("the subject holds control characters")
        }
        guard !messageID.isEmpty, messageID.utf8.allSatisfy({ (33...126).contains($0) && $0 != 60 && $0 != 62 }) else {
            throw .invalidMessage("the message id is malformed")
        }
        if let unsubscribeURL {
            guard !unsubscribeURL.isEmpty,
                unsubscribeURL.utf8.allSatisfy({ (33...126).contains($0) && $0 != 60 && $0 != 62 })
            else { throw .invalidMessage("the link that switches mails off is malformed") }
        }
        // Underscores can't occur after "=" in quoted-printable text, so no line of a part can equal the boundary.
        let boundary = "=_part"
        let headers = [
            "From: \(from.headerValue)",
            "To: \(to.headerValue)",
            "Subject: \(HeaderEncoding.text(subject))",
            "Date: \(Self.dateHeader(date))",
            "Message-ID: <\(messageID)>",
            "MIME-Version: 1.0",
            "Auto-Submitted: auto-generated",
            "Content-Type: multipart/alternative; boundary=\"\(boundary)\"",
        ]
        var lines = headers + unsubscribing + [""]
        for (type, body) in [("text/plain", text), ("text/html", html)] {
            lines += [
                "--\(boundary)", "Content-Type: \(type); charset=utf-8", "Content-Transfer-Encoding: quoted-printable", "",
                QuotedPrintable.encode(body),
            ]
        }
        lines += ["--\(boundary)--", ""]
        return lines.joined(separator: "\r\n")
    }

    /// RFC 2369, 3.2; programs may send the POST in one step only over HTTPS (RFC 8058, 3.1).
    private var unsubscribing: [String] {
        guard let unsubscribeURL else { return [] }
        return ["List-Unsubscribe: <\(unsubscribeURL)>"]
            + (unsubscribeURL.hasPrefix("https://") ? ["List-Unsubscribe-Post: List-Unsubscribe=One-Click"] : [])
    }

    /// `Sun, 22 Nov 2026 17:21:44 +0000` (RFC 5322, 3.3).
    private static func dateHeader(_ date: Date) -> String {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .gmt
        let parts = calendar.dateComponents([.year, .month, .day, .hour, .minute, .second, .weekday], from: date)
        let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        let time = [parts.hour, parts.minute, parts.second].map { number in
            let number = number ?? 0
            return number < 10 ? "0\(number)" : "\(number)"
        }.joined(separator: ":")
        let day = days[(parts.weekday ?? 1) - 1]
        let month = months[(parts.month ?? 1) - 1]
        return "\(day), \(parts.day ?? 1) \(month) \(parts.year ?? 1970) \(time) +0000"
    }
}

/// A message as it stands after DATA: a leading dot is doubled, and a lone dot ends it (RFC 5321, 4.5.2).
func dotStuffed(_ message: String) -> String {
    let lines = message.split(separator: "\r\n", omittingEmptySubsequences: false)
    let stuffed = lines.map { $0.hasPrefix(".") ? "." + $0 : String($0) }.joined(separator: "\r\n")
    return stuffed.hasSuffix("\r\n") ? stuffed + ".\r\n" : stuffed + "\r\n.\r\n"
}
