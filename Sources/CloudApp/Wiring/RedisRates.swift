import Core
package import HTTPSupport
package import Redis

extension SharedRates {
    /// Token buckets in Redis, one for all processes. They forget themselves when they are full again.
    package static func redis(_ client: RedisClient) -> SharedRates {
        SharedRates { key, rate in
            let arguments = ["1", "openclaw-cloud:rate:" + key, "\(rate.burst)", "\(rate.perSecond)"]
            let answer: RedisValue
            do {
                answer = try await client.send(["EVALSHA", script.hash] + arguments)
            } catch RedisError.refused(let text) where text.hasPrefix("NOSCRIPT") {
                answer = try await client.send(["EVAL", script.text] + arguments)
            }
            guard let milliseconds = answer.integer else { throw RedisError.malformed("a bucket's answer is no number") }
            return milliseconds == 0 ? nil : .milliseconds(milliseconds)
        }
    }

    /// By the server's clock, as processes' clocks differ.
    private static let script = RedisScript(
        """
        local time = redis.call('TIME')
        local now = time[1] * 1000 + math.floor(time[2] / 1000)
        local burst, rate = tonumber(ARGV[1]), tonumber(ARGV[2]) / 1000
        local bucket = redis.call('HMGET', KEYS[1], 'tokens', 'at')
        local tokens = burst
        if bucket[1] then tokens = math.min(burst, bucket[1] + math.max(0, now - bucket[2]) * rate) end
        local wait = 0
        if tokens >= 1 then tokens = tokens - 1 else wait = math.ceil((1 - tokens) / rate) end
        redis.call('HSET', KEYS[1], 'tokens', tostring(tokens), 'at', now)
        redis.call('PEXPIRE', KEYS[1], math.ceil((burst - tokens) / rate) + 1000)
        return wait
        """)
}
