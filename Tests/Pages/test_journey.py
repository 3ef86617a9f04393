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

    def press(self, selector, key="Enter", page=None):
        """Goes to the element with Tab, as far as that takes, and presses it."""
        page = page or self.page
        page.wait_for_selector(selector)
        page.evaluate("document.activeElement?.blur()")
        for _ in range(150):
            page.keyboard.press("Tab")
            if page.evaluate("(selector) => document.activeElement?.matches(selector)", selector):
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
