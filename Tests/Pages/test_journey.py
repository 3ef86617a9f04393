"""The running product, walked from the first page to the agent's settings with the keyboard alone; each page on the way is
looked at with axe, the sandbox's own pages too."""

import os

from conftest import SIZES, audit, picture

SITE = os.environ["SITE_URL"]
SANDBOX = os.environ["SANDBOX_URL"]


class Walk:
    """A visitor without a mouse."""

    def __init__(self, context):
        self.context = context
        self.page = context.new_page()
        self.faults = []
        self.number = 0

    def look(self, name, page=None):
        page = page or self.page
        self.number += 1
        picture(page, f"journey/{self.number:02}-{name}")
        self.faults += [f"{name}: {fault}" for fault in audit(page)]

    def press(self, selector, key="Enter", page=None, text=""):
        """Goes with Tab, as far as that takes, to the element that begins with the text, and presses it."""
        page = page or self.page
        page.wait_for_selector(selector)
        page.evaluate("document.activeElement?.blur()")
        for _ in range(150):
            page.keyboard.press("Tab")
            if page.evaluate(
                    "([selector, text]) => document.activeElement?.matches(selector) && document.activeElement.textContent.startsWith(text)",
                    [selector, text]):
                return page.keyboard.press(key)
        raise AssertionError(f"the keyboard doesn't reach {selector} on {page.url}")

    def say(self, text):
        count = self.page.locator(".message.agent:not(.draft)").count()
        self.page.focus("#text")
        self.page.keyboard.type(text)
        self.page.keyboard.press("Enter")
        self.page.wait_for_function(
            "(count) => document.querySelectorAll('.message.agent:not(.draft)').length > count && !document.querySelector('.draft')",
            arg=count)
        self.page.wait_for_function("() => !document.querySelector('.typing.on')")

    def choose_plan(self):
        for answer in ["I want help planning my week and my meals", "Luna", "Just me, every day for work", "yes"]:
            if self.page.locator(".message .plans button").count():
                break
            self.say(answer)
        self.look("chat-plans")
        self.press(".message .plans button[value='Pro']")
        self.page.wait_for_selector("a[href*='t.me']")
        self.look("chat-telegram")

    def make_bot(self):
        phone = self.context.new_page()
        phone.goto(self.page.locator("a[href*='t.me']").last.get_attribute("href"))
        self.press(".start", page=phone)
        phone.wait_for_selector(".keyboard button")
        self.look("phone", phone)
        self.press(".keyboard button", page=phone)
        phone.wait_for_selector("dialog[open] form")
        self.look("phone-sheet", phone)
        self.press("dialog[open] button.primary", page=phone)
        phone.wait_for_url("**/t.me/luna*")
        self.look("phone-bot", phone)
        phone.close()

    def pay(self):
        self.page.goto(SITE + "/chat")
        if not self.page.locator("a[href^='/checkout/']").count():
            self.say("yes")
        self.look("chat-pay")
        self.press("a[href^='/checkout/']")
        self.page.wait_for_url("**/pay/**")
        self.page.fill("input[name=email]", "ada@example.com")
        self.look("pay")
        self.press("form button")
        self.page.wait_for_selector(".progress-end a")
        self.look("ready")


def test_the_journey_by_keyboard(chromium):
    context = chromium.new_context(viewport=SIZES["phone"], locale="en", reduced_motion="reduce", bypass_csp=True)
    walk = Walk(context)
    walk.page.goto(SITE)
    walk.look("landing")
    walk.press("a[href^='/chat']")
    walk.page.wait_for_url("**/chat*")
    walk.choose_plan()
    walk.make_bot()
    walk.pay()
    walk.page.goto(SITE + "/dashboard")
    walk.page.wait_for_selector(".state.good")
    walk.look("dashboard")
    # What looks at the page has opened all that opens.
    walk.page.reload()
    walk.page.wait_for_selector(".state.good")
    walk.press(".confirm summary")
    walk.press(".confirm button")
    walk.page.wait_for_selector("text=Restarted on")
    walk.look("dashboard-restarted")
    walk.page.goto(SITE + "/account")
    walk.look("account")
    for path in ["/phone", "/outbox", "/"]:
        walk.page.goto(SANDBOX + path)
        walk.look("sandbox" + path.replace("/", "-"))
    context.close()
    assert walk.faults == []


class Talk(Walk):
    """The same conversation on the phone, with its buttons."""

    def __init__(self, context):
        super().__init__(context)
        self.sent = 0

    #: Old buttons retire: those of the last message are the only ones.
    BUTTONS = ".message .inline :is(button, a)"

    def wait_for_button(self, label):
        self.page.wait_for_function(
            "([selector, label]) => [...document.querySelectorAll(selector)].some((each) => each.textContent.startsWith(label))",
            arg=[self.BUTTONS, label])

    def press_button(self, label):
        self.wait_for_button(label)
        self.press(self.BUTTONS, text=label)

    def answer(self, label, answered_by):
        self.press_button(label)
        self.sent += 1
        self.wait_for_button(answered_by)

    def write(self, text):
        self.page.focus("textarea")
        self.page.keyboard.type(text)
        self.page.keyboard.press("Enter")
        self.sent += 1


def test_the_journey_inside_telegram(chromium):
    context = chromium.new_context(viewport=SIZES["phone"], locale="en", reduced_motion="reduce", bypass_csp=True)
    talk = Talk(context)
    talk.page.goto(SITE)
    talk.press("a[href='/telegram']")
    talk.page.wait_for_url("**/t.me/*")
    talk.press(".start")
    talk.sent += 1
    talk.look("telegram-greeting")
    talk.answer("Planning my week", answered_by="Nova")
    talk.write("Luna")
    talk.answer("Every day", answered_by="★ Pro")
    talk.look("telegram-plans")
    talk.press_button("★ Pro")
    talk.sent += 1
    talk.page.wait_for_selector(".keyboard button")
    talk.look("telegram-bot")
    talk.press(".keyboard button")
    talk.page.wait_for_selector("dialog[open] form")
    talk.press("dialog[open] button.primary")
    talk.page.wait_for_url("**/t.me/luna*")
    talk.page.go_back()
    talk.wait_for_button("Go to the payment")
    talk.look("telegram-payment")
    with context.expect_page() as opened:
        talk.press_button("Go to the payment")
    payment = opened.value
    payment.wait_for_selector("input[name=email]")
    payment.fill("input[name=email]", "grace@example.com")
    talk.press("form button", page=payment)
    payment.wait_for_url(SITE + "/**")
    talk.page.bring_to_front()
    talk.wait_for_button("Open Luna")
    talk.look("telegram-ready")
    talk.press_button("Open Luna")
    talk.page.wait_for_url("**/t.me/luna*")
    if talk.page.locator(".start").count():
        talk.press(".start")
    talk.write("What is 2 + 3?")
    talk.page.wait_for_selector(".message:not(.mine) >> text=That makes 5")
    talk.look("telegram-answer")
    context.close()
    assert talk.sent <= 6
    assert talk.faults == []
