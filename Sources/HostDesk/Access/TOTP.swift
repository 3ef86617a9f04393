package import Core
import Crypto
import FoundationEssentials

/// One-time codes that follow the clock (RFC 6238), as authenticator programs take them: HMAC-SHA-1, 30 seconds.
package struct TOTP: Sendable {
    /// Seconds for which a code holds.
    package static let period: Int64 = 30
    /// How many steps a clock may be off.
    private static let tolerance: Int64 = 1

    private let key: SymmetricKey
    private let digits: Int

    /// - Parameters:
    ///   - key: the shared secret; RFC 4226, 4 asks for 160 bits.
    ///   - digits: of a code, 6 to 8.
    package init(key: [UInt8], digits: Int = 6) {
        self.key = SymmetricKey(data: key)
        self.digits = digits
    }

    /// A new secret of 160 random bits.
    package static func randomKey() -> [UInt8] {
        SymmetricKey(size: SymmetricKeySize(bitCount: 160)).withUnsafeBytes(Array.init)
    }

    /// Which code holds at a moment.
    package static func step(at time: Timestamp) -> Int64 { time.milliseconds / 1000 / period }

    /// The code of a step (RFC 4226, 5.3).
    package func code(step: Int64) -> String {
        let counter = withUnsafeBytes(of: UInt64(bitPattern: step).bigEndian) { Data($0) }
        let hash = Array(HMAC<Insecure.SHA1>.authenticationCode(for: counter, using: key))
        let offset = Int(hash[hash.count - 1] & 0x0F)
        let number = hash[offset..<offset + 4].reduce(UInt32(0)) { $0 << 8 | UInt32($1) } & 0x7FFF_FFFF
        let modulus = (0..<digits).reduce(UInt32(1)) { result, _ in result * 10 }
        let text = String(number % modulus)
        return String(repeating: "0", count: digits - text.count) + text
    }

    /// - Parameters:
    ///   - code: as it was typed; spaces don't matter.
    ///   - last: codes of this step and of those before it are refused.
    /// - Returns: the code's step, if it is right. Every candidate is compared, so that timing tells nothing.
    package func step(of code: String, at time: Timestamp, after last: Int64) -> Int64? {
        let typed = Array(code.utf8.filter { $0 != 0x20 })
        let present = Self.step(at: time)
        var found: Int64?
        for step in present - Self.tolerance...present + Self.tolerance {
            let right = Array(self.code(step: step).utf8)
            let difference = zip(right, typed).reduce(UInt8(right.count == typed.count ? 0 : 1)) { $0 | ($1.0 ^ $1.1) }
            if difference == 0, step > last { found = step }
        }
        return found
    }

    /// What an authenticator program takes over (https://github.com/google/google-authenticator/wiki/Key-Uri-Format).
    /// - Parameters:
    ///   - account: an e-mail address.
    ///   - issuer: letters, digits and hyphens.
    package static func address(key: [UInt8], account: String, issuer: String) -> String {
        "otpauth://totp/\(issuer):\(account.percentEncoded)?secret=\(Base32.text(key))&issuer=\(issuer)&algorithm=SHA1&digits=6&period=30"
    }
}

/// RFC 4648, 6, without padding.
package enum Base32 {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".utf8)

    package static func text(_ bytes: [UInt8]) -> String {
        var characters: [UInt8] = []
        var (buffer, bits) = (UInt32(0), 0)
        for byte in bytes {
            buffer = buffer << 8 | UInt32(byte)
            bits += 8
            while bits >= 5 {
                bits -= 5
                characters.append(alphabet[Int(buffer >> UInt32(bits) & 31)])
            }
            buffer &= (1 << UInt32(bits)) - 1
        }
        if bits > 0 { characters.append(alphabet[Int(buffer << UInt32(5 - bits) & 31)]) }
        return String(decoding: characters, as: UTF8.self)
    }

    /// - Returns: `nil` if there is any other character than letters and 2 to 7; bits that fill no byte are dropped.
    package static func bytes(_ text: String) -> [UInt8]? {
        var bytes: [UInt8] = []
        var (buffer, bits) = (UInt32(0), 0)
        for character in text.uppercased().utf8 {
            guard let value = alphabet.firstIndex(of: character) else { return nil }
            buffer = buffer << 5 | UInt32(value)
            bits += 5
            if bits >= 8 {
                bits -= 8
                bytes.append(UInt8(buffer >> UInt32(bits) & 255))
            }
            buffer &= (1 << UInt32(bits)) - 1
        }
        return bytes
    }
}
