import Core
import Crypto
import FoundationEssentials

/// A Lua script that Redis keeps by its hash (https://redis.io/docs/latest/develop/interact/programmability/eval-intro/).
struct RedisScript: Sendable {
    let text: String
    let hash: String

    init(_ text: String) {
        self.text = text
        hash = Insecure.SHA1.hash(data: Data(text.utf8)).hexadecimal
    }
}
