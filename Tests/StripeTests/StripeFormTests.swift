import Stripe
import Testing

struct StripeFormTests {
    @Test func encodesNestedNamesAndEscapesEverythingElse() {
        var form = StripeForm()
        form.add("email", "ana+1@example.com")
        form.add("name", nil)
        form.add("metadata", ["tier": "pro", "box": "a b&c=d"])
        form.add("lookup_keys", ["x", "y"])
        form.add("limit", 3)
        #expect(
            form.encoded
                == "email=ana%2B1%40example.com&metadata%5Bbox%5D=a%20b%26c%3Dd&metadata%5Btier%5D=pro"
                + "&lookup_keys%5B%5D=x&lookup_keys%5B%5D=y&limit=3")
    }

    @Test(arguments: ["", "Olá 🍲", "{CHECKOUT_SESSION_ID}", "a=b&c=d", "100 %", "line\nbreak"])
    func readsWhatItWrote(value: String) throws {
        var form = StripeForm()
        form.add("metadata[\(value)]", value)
        #expect(try #require(StripeForm(encoded: form.encoded)) == form)
    }

    @Test func readsPlusAsSpaceAndNamesWithoutValue() throws {
        let form = try #require(StripeForm(encoded: "a=b+c&d&&e="))
        #expect(form.fields.map(\.name) == ["a", "d", "e"])
        #expect(form.fields.map(\.value) == ["b c", "", ""])
    }

    @Test(arguments: ["a=%", "a=%4", "a=%zz", "a=%FF"])
    func refusesWhatIsNotFormEncoded(text: String) {
        #expect(StripeForm(encoded: text) == nil)
    }
}
