import Core

/// The one look of every mail: deep water on sand, one coral button; by night the same colours as the site has then.
///
/// Mail programs know tables and inline styles, and most of them `prefers-color-scheme`. Nothing is loaded from anywhere, so
/// nobody learns whether a mail was read.
struct MailLayout: Sendable {
    let language: Language
    let subject: String
    /// Plain text.
    let paragraphs: [String]
    /// What to press, between the first paragraph and the others. The first is the button; the others are links.
    let links: [MailContent.Link]
    /// Where mails like this are switched off.
    let unsubscribe: MailContent.Link?

    var html: String {
        let title = Self.escaped(subject)
        let body = (paragraphs.prefix(1).map(paragraph) + buttons + paragraphs.dropFirst().map(paragraph))
            .joined(separator: "\n")
        return """
            <!doctype html>
            <html lang="\(language.tag)">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <meta name="supported-color-schemes" content="light dark">
            <title>\(title)</title>
            <style>
            :root { color-scheme: light dark; }
            @media (prefers-color-scheme: dark) {
            .ground { background: #0e191d !important; }
            .water { background: #1a3a41 !important; }
            .card { background: #142328 !important; border-color: #294047 !important; }
            .ink { color: #eaf0ed !important; }
            .soft { color: #a5b8b9 !important; }
            .link { color: #ff9278 !important; }
            .button { background: #ff9278 !important; color: #2b0f07 !important; }
            }
            </style>
            </head>
            <body class="ground" style="margin:0;padding:0;background:#f6f3ed">
            <table class="ground" role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" \
            style="background:#f6f3ed"><tr><td align="center" style="padding:24px 12px">
            <table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="max-width:560px">
            <tr><td class="water" style="padding:18px 28px;border-radius:18px 18px 0 0;background:#12343b;color:#f4efe5;\
            \(Self.font)18px/1.3 \(Self.family)">OpenClaw <strong>Cloud</strong></td></tr>
            <tr><td class="card" style="padding:28px;border:1px solid #dfd8cb;border-top:0;border-radius:0 0 18px 18px;\
            background:#fffdf9;overflow-wrap:anywhere">
            \(body)
            </td></tr>
            <tr><td class="soft" style="padding:16px 28px;color:#4f5f62;\(Self.font)14px/1.5 \(Self.family)">\
            openclaw-cloud\(end)</td></tr>
            </table>
            </td></tr></table>
            </body>
            </html>

            """
    }

    private static let font = "font:400 "
    private static let family = "-apple-system,'Segoe UI',Roboto,'Noto Sans',Arial,sans-serif"

    private func paragraph(_ text: String) -> String {
        let lines = Self.escaped(text).split(separator: "\n").joined(separator: "<br>")
        return "<p class=\"ink\" style=\"margin:0 0 16px;color:#16282d;\(Self.font)16px/1.6 \(Self.family)\">\(lines)</p>"
    }

    private var buttons: [String] {
        links.enumerated().map { index, link in
            let (url, label) = (Self.escaped(link.url), Self.escaped(link.label))
            return index == 0
                ? """
                <table role="presentation" cellpadding="0" cellspacing="0" border="0" style="margin:8px 0 24px"><tr>\
                <td class="button" style="border-radius:999px;background:#bd4025"><a class="button" href="\(url)" \
                style="display:inline-block;padding:13px 26px;border-radius:999px;background:#bd4025;color:#fffaf5;\
                text-decoration:none;font:600 16px/1.25 \(Self.family)">\(label)</a></td></tr></table>
                """
                : """
                <p style="margin:0 0 16px;\(Self.font)16px/1.6 \(Self.family)"><a class="link" href="\(url)" \
                style="color:#bd4025">\(label)</a></p>
                """
        }
    }

    private var end: String {
        guard let unsubscribe else { return "" }
        return " · <a class=\"soft\" href=\"\(Self.escaped(unsubscribe.url))\" style=\"color:#4f5f62\">"
            + "\(Self.escaped(unsubscribe.label))</a>"
    }

    private static func escaped(_ text: String) -> String {
        text.reduce(into: "") { output, character in
            switch character {
            case "&": output += "&amp;"
            case "<": output += "&lt;"
            case ">": output += "&gt;"
            case "\"": output += "&quot;"
            case "'": output += "&#39;"
            default: output.append(character)
            }
        }
    }
}
