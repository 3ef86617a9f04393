"""The QR code of the link to Telegram, read by zxing (https://github.com/zxing-cpp/zxing-cpp)."""

import html
import os
import re
import time

import httpx
import numpy
import zxingcpp

SITE = os.environ["WEB_URL"]
ORIGIN = SITE.replace("127.0.0.1", "localhost")


def _pixels(frame, path, scale=6):
    """Draws the rows of the SVG's path, as a browser would."""
    picture = numpy.full((frame, frame), 255, numpy.uint8)
    for x, y, width in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\d+z", path):
        picture[int(y) + 4, int(x) + 4:int(x) + 4 + int(width)] = 0
    return picture.repeat(scale, 0).repeat(scale, 1)


def test_a_phone_reads_the_link_to_telegram_from_the_chat():
    with httpx.Client(base_url=SITE, headers={"Origin": ORIGIN}, follow_redirects=False) as browser:
        for number, text in enumerate(["Plan my week", "Nova", "every day, for work", "Pro"]):
            answer = browser.post(
                "/chat/messages", data={"text": text, "key": f"qr-{number}"}, headers={"Accept": "application/json"})
            assert answer.status_code == 204, answer.text
            session = {"Cookie": f"session={answer.cookies['session']}"} if "session" in answer.cookies else {}
            browser.headers.update(session)
            for _ in range(150):
                messages = browser.get("/chat/messages?after=0").json()
                if messages[-1]["role"] == "agent":
                    break
                time.sleep(0.1)
        link = messages[-1]["card"]["url"]
        page = browser.get("/chat").text
    frame, path = re.search(r'class="qr"><svg viewBox="-4 -4 (\d+) \1".*?<path d="([^"]+)"', page).groups()
    codes = zxingcpp.read_barcodes(_pixels(int(frame), path))
    assert [code.text for code in codes] == [link]
    assert html.escape(link) in page or link in page
