/// What depends on the terms that the host has set.
extension ProductFacts {
    var trial: LocalizedText {
        let smallest = plans.all[0]
        guard let days = plans.terms.trialDays else {
            return LocalizedText(
                en:
                    "There is no free trial. This chat is free; the smallest plan, \(smallest.name), is $\(smallest.monthlyPrice / 100) a month, and you can cancel any month.",
                pt:
                    "Não há período de teste grátis. Esta conversa é de graça; o menor plano, \(smallest.name), custa US$ \(smallest.monthlyPrice / 100) por mês, e você pode cancelar em qualquer mês."
            )
        }
        return LocalizedText(
            en:
                "Yes, once for each person: \(Self.first(days).english) free, for about \(plans.trialMessages) messages. You give a card at the start; then the plan’s price is charged each month, unless you cancel before the trial ends.",
            pt:
                "Sim, uma vez por pessoa: \(Self.first(days).portuguese) de graça, para cerca de \(plans.trialMessages) mensagens. O cartão é pedido no início; depois, o preço do plano é cobrado todo mês, a não ser que você cancele antes do fim do teste."
        )
    }

    /// `the first 7 days are`
    private static func first(_ days: Int) -> LocalizedText {
        days == 1
            ? LocalizedText(en: "the first day is", pt: "o primeiro dia é")
            : LocalizedText(en: "the first \(days) days are", pt: "os primeiros \(days) dias são")
    }

    var discount: LocalizedText {
        guard plans.terms.takesPromotionCodes else {
            return LocalizedText(
                en: "There are no discounts or coupons that I know of. The prices are: \(priceList.english).",
                pt: "Não conheço descontos nem cupons. Os preços são: \(priceList.portuguese).")
        }
        return LocalizedText(
            en:
                "If you have a promotion code, enter it on Stripe’s payment page, which shows the new amount before you pay. I know of no codes myself. Without one the prices are: \(priceList.english).",
            pt:
                "Se você tem um código promocional, digite-o na página de pagamento da Stripe, que mostra o novo valor antes de você pagar. Eu não conheço nenhum código. Sem código, os preços são: \(priceList.portuguese)."
        )
    }

    var tax: LocalizedText {
        guard plans.terms.reckonsTax else {
            return LocalizedText(
                en:
                    "I don't know whether VAT or sales tax is added in your country. Stripe's payment page shows the whole amount before you pay."
                    + ask.english,
                pt:
                    "Não sei se há impostos a somar no seu país. A página de pagamento da Stripe mostra o valor total antes de você pagar."
                    + ask.portuguese)
        }
        return LocalizedText(
            en:
                "Stripe reckons the tax for your country, and its payment page shows the whole amount before you pay. You can enter a VAT or other tax id there, and it stands on the invoices.",
            pt:
                "A Stripe calcula os impostos do seu país, e a página de pagamento mostra o valor total antes de você pagar. Lá você pode informar o CNPJ ou outro número fiscal, que aparece nas faturas."
        )
    }
}
