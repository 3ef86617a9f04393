import FoundationEssentials
import HTTPTypes
import Hummingbird
import SQL
import Telegram

/// `getFile`, and the files themselves. Source: https://core.telegram.org/bots/api#getfile
extension BotAPI {
    private static let folder = "voice"

    struct File: Encodable, Sendable {
        let fileID: String
        let fileUniqueID: String
        let fileSize: Int
        let filePath: String

        enum CodingKeys: String, CodingKey {
            case fileID = "file_id"
            case fileUniqueID = "file_unique_id"
            case fileSize = "file_size"
            case filePath = "file_path"
        }
    }

    func getFile(_ bot: StoredBot, _ parameters: BotAPIParameters) async throws -> File {
        guard let id = parameters.text("file_id"),
            let size = try await state.database.read({ try VoiceStore($0).size(of: id, botID: bot.id) })
        else {
            throw BotAPIError.badRequest("invalid file_id")
        }
        return File(fileID: id, fileUniqueID: "u_\(id)", fileSize: size, filePath: "\(Self.folder)/\(id).oga")
    }

    func addFileRoute(to router: Router<BasicRequestContext>) {
        router.get("/file/bot{token}/voice/{name}") { _, context -> Response in
            let token = try context.parameters.require("token").replacing("%3A", with: ":")
            let name = try context.parameters.require("name")
            let audio = try await state.database.read { transaction -> Data? in
                guard let bot = try BotStore(transaction).find(token: token), name.hasSuffix(".oga") else { return nil }
                return try VoiceStore(transaction).content(of: String(name.dropLast(4)), botID: bot.id)
            }
            guard let audio else { return BotAPIError(code: 404, description: "Not Found").response }
            return Response(
                status: .ok, headers: [.contentType: "application/octet-stream"],
                body: ResponseBody(byteBuffer: ByteBuffer(bytes: audio)))
        }
    }
}
