extension KeyedDecodingContainer {
    /// A member that may be left out, but isn't `null`.
    /// - Throws: `DecodingError`.
    func decodeUnlessLeftOut<Value: Decodable>(_: Value.Type = Value.self, forKey key: Key) throws -> Value? {
        contains(key) ? try decode(Value.self, forKey: key) : nil
    }
}
