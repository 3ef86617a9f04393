import Core
import Testing

@testable import Onboarding

struct FactTests {
    @Test(arguments: [
        ("how much does it cost", FactTopic.price), ("do you have a free trial?", .trial),
        ("can I get my money back", .refund), ("where are the servers located?", .dataPlace),
        ("is my data used for training?", .training), ("does it work on WhatsApp?", .whatsapp),
        ("can it send emails for me?", .email), ("can my wife use it too?", .team),
        ("do you offer an invoice with VAT number?", .vat), ("can I talk to a real person?", .person),
        ("how long does a month last me?", .limit), ("what can it do exactly?", .abilities),
        ("posso pagar com pix?", .payment), ("tem teste grátis?", .trial), ("onde ficam os meus dados?", .dataPlace),
        ("como eu cancelo?", .cancel), ("quem lê as minhas mensagens?", .privacy),
        ("is it a big download?", .telegram), ("can it remind me of things?", .reminders),
        ("do you have a yearly plan?", .annual), ("does it understand voice messages?", .voice),
    ])
    func findsWhatAQuestionIsAbout(question: String, topic: FactTopic) {
        #expect(FactTopic(askedIn: Utterance(question)) == topic)
    }

    @Test func hasAShortAnswerOfItsOwnForEachTopicInBothLanguages() {
        let facts = ProductFacts(plans: .builtIn, contact: "hello@cloud.example")
        for topic in FactTopic.allCases {
            let answer = facts.answer(topic)
            for text in [answer.english, answer.portuguese] {
                #expect(!text.isEmpty && text.split(separator: " ").count <= 70, "\(topic): \(text)")
                #expect(!text.contains("?"))
            }
        }
        let answers = FactTopic.allCases.filter { $0 != .account }.map { facts.answer($0).english }
        #expect(Set(answers).count == answers.count)
    }

    @Test func namesNoPriceButThoseOfThePlans() {
        let prices = Set(PlanTable.builtIn.all.map { String($0.monthlyPrice / 100) })
        let facts = ProductFacts(plans: .builtIn, contact: nil)
        for topic in FactTopic.allCases {
            for match in facts.answer(topic).english.matches(of: /\$(\d+)/) { #expect(prices.contains(String(match.1))) }
        }
    }

    @Test func saysWhatTheTermsBringOnlyWhereTheyDo() {
        var plans = PlanTable.builtIn
        func answer(_ topic: FactTopic) -> String { ProductFacts(plans: plans, contact: nil).answer(topic).english }
        #expect(answer(.trial).hasPrefix("There is no free trial."))
        #expect(answer(.discount).hasPrefix("There are no discounts"))
        #expect(answer(.vat).hasPrefix("I don't know whether"))
        #expect(answer(.price).hasSuffix("That is all: nothing beyond the plan is ever charged."))
        plans.terms = SaleTerms(takesPromotionCodes: true, reckonsTax: true, trialDays: 7)
        #expect(answer(.trial).contains("the first 7 days are free, for about 180 messages"))
        #expect(answer(.discount).contains("promotion code"))
        #expect(answer(.vat).contains("tax id"))
        #expect(answer(.price).contains("tax where it is due"))
        plans.terms.trialDays = 1
        #expect(answer(.trial).contains("the first day is free"))
        for topic in [FactTopic.trial, .discount, .vat, .price] {
            let text = ProductFacts(plans: plans, contact: nil).answer(topic).portuguese
            #expect(text.split(separator: " ").count <= 70 && !text.contains("?"))
        }
    }

    @Test func namesAPersonOnlyWhereThereIsOne() {
        #expect(!ProductFacts(plans: .builtIn, contact: nil).answer(.person).english.contains("@"))
        #expect(ProductFacts(plans: .builtIn, contact: "a@b.example").answer(.person).english.contains("a@b.example"))
        #expect(ProductFacts(plans: .builtIn, contact: "a@b.example").unknown.portuguese.contains("a@b.example"))
    }
}
