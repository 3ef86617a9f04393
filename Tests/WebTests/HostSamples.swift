import Core
import HostDesk
import Notifications
import TestSupport

@testable import Web

/// Pages of the host's desk in every state that a template distinguishes.
enum HostSamples {
    static let frame = HostFrame(person: "host@claw.example", path: "/host/customers")

    static let table = Table(
        ["customer", "state", "units", "note", "stripe", "alert"],
        rows: [
            [
                .id("cst_01hzy3v7k4e8r2m9q5t6w0xabc"), .state("failed", .bad), .number(1234), .text("<b>"), .id("sub_1"),
                .id("job_01hzy3v7k4e8r2m9q5t6w0xabc"),
            ]
        ], next: "cst_01hzy3v7k4e8r2m9q5t6w0xabc")

    static let sheet = Sheet(
        "Ada", note: "A note.",
        sections: [
            Sheet.Section(
                key: "silence", title: "Why is the bot silent?", note: "A remark.",
                facts: [.init("units_left", .number(7)), .init("none", .none)], table: table,
                causes: [Cause("failing", "The agent keeps failing", "3 times in a row.")],
                acts: [.restart(testIDs.next())], text: "{\"a\": 1}"),
            Sheet.Section(key: "nothing", title: "Nothing", table: Table(["a"])),
        ])

    private static let mails = MailSamples.all(
        in: .english, plans: .builtIn, publicURL: "https://claw.example", agentName: "<i>Ada</i>")

    static var pages: [any PageModel] {
        [
            HostPage(
                sheet, frame: frame, notice: "Done.",
                search: HostSearch(
                    path: "/host/customers", query: "ada", hint: "Address", states: ["active"], state: "active")),
            HostPage(
                frame: frame, title: "Customers",
                search: HostSearch(path: "/host/customers", query: nil, hint: nil, states: [], state: nil),
                sections: [
                    HostSection(
                        heading: "Customers",
                        table: TableView(table, title: "Customers", nextPath: "/host/customers?after="),
                        acts: [.convergeAll])
                ]),
            HostActPage(
                .grant(testIDs.next(), units: 0, reason: ""), frame: frame, backPath: "/host/customers", fault: "No."),
            HostActPage(.convergeAll, frame: frame, backPath: "/host/subscriptions"),
            HostFactorPage(.unenrolled, person: "host@claw.example"),
            HostFactorPage(
                .enrolling(address: "otpauth://totp/x", key: "ABCDEFGHIJ"), person: "host@claw.example", fault: "No."),
            HostFactorPage(.locked, person: "host@claw.example"),
            HostFactorPage(codes: ["abcd-efgh"], person: "host@claw.example"),
            HostMailsPage(mails, language: .english, frame: frame),
        ] + mails.prefix(2).map { HostMailsPage($0, language: .portuguese, frame: frame) }
    }
}
