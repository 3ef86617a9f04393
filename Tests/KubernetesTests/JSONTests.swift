import FoundationEssentials
import JSON
import Testing

@testable import Kubernetes

struct JSONTests {
    private func text(_ value: JSONValue) -> String { String(decoding: value.text(), as: UTF8.self) }

    @Test func keepsMembersSortedAndTheLastOfTwo() {
        let object: JSONObject = ["b": 1, "a": 2, "c": 3, "a": 4]
        #expect(object.map(\.name) == ["a", "b", "c"])
        #expect(object["a"] == 4)
        #expect(object["d"] == nil)
    }

    @Test func isTheSameInWhateverOrderItWasMade() {
        var object: JSONObject = ["x": 1]
        object["a"] = 2
        object["z"] = 3
        object["m"] = 4
        object["z"] = nil
        #expect(object == ["m": 4, "a": 2, "x": 1])
        object["none"] = nil
        #expect(object.count == 3)
    }

    @Test func changesWhatLiesDeepInside() {
        var value: JSONValue = ["a": ["b": ["c": 1]]]
        value["a"]?["b"]?["c"] = 2
        value["a"]?["x"] = "y"
        #expect(value == ["a": ["b": ["c": 2], "x": "y"]])
        #expect(value["a"]?["none"]?["c"] == nil)
    }

    @Test(arguments: [
        ("plain", "\"plain\""), ("a\"b\\c", #""a\"b\\c""#), ("line\nnext\ttab\r", #""line\nnext\ttab\r""#),
        ("\u{0}\u{1f}", #""\u0000\u001f""#), ("é 🍲 /", "\"é 🍲 /\""),
    ])
    func escapesAsJSONDoes(string: String, json: String) {
        #expect(text(.string(string)) == json)
    }

    @Test func writesEveryKindOfValue() {
        let value: JSONValue = ["n": .null, "t": true, "i": -7, "d": .number(0.5), "a": [1, []], "o": [:]]
        #expect(text(value) == #"{"a":[1,[]],"d":0.5,"i":-7,"n":null,"o":{},"t":true}"#)
        #expect(text(.number(.infinity)) == "null")
    }

    @Test func readsBackWhatItWrites() throws {
        let value: JSONValue = [
            "metadata": ["name": "a\u{7}\"", "labels": ["x/y": "1"]], "list": [1, .number(2.5), true, .null, "s", [:]],
        ]
        for isPretty in [false, true] {
            #expect(try JSONDecoder().decode(JSONValue.self, from: Data(value.text(isPretty: isPretty))) == value)
        }
    }

    @Test func writesALineForEachMemberWherePeopleRead() {
        let value: JSONValue = ["a": [1], "b": [:]]
        #expect(
            String(decoding: value.text(isPretty: true), as: UTF8.self) == """
                {
                  "a": [
                    1
                  ],
                  "b": {}
                }
                """)
    }
}
