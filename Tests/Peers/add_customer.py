"""Gives a running openclaw-cloud a customer with a Pro plan and a box, and prints the box's proxy token.

Only hashes of such tokens are stored, and the real ones go straight to agents, so the tests bring one of their own.

usage: python add_customer.py PATH_OF_THE_SQLITE_FILE
"""

import hashlib
import secrets
import sqlite3
import sys
import time

CUSTOMER = "cst_" + "0" * 25 + "1"
BOX = "box_" + "0" * 25 + "1"
DAY = 24 * 3600 * 1000
PRO_TOKENS = 5_000_000


def main(path):
    token = "ocp_" + secrets.token_hex(32)
    now = int(time.time() * 1000)
    database = sqlite3.connect(path, timeout=10)
    database.execute("PRAGMA foreign_keys = ON")
    with database:
        database.execute("INSERT INTO customers (id, language, created_at) VALUES (?, 'en', ?)", (CUSTOMER, now))
        database.execute(
            """
            INSERT INTO boxes (id, customer_id, tier, agent_name, purpose, language, desired, generation, restart_marker,
                observed_generation, status, created_at)
            VALUES (?, ?, 'pro', 'Peer', 'Tests', 'en', 'running', 1, 0, 1, 'running', ?)
            """,
            (BOX, CUSTOMER, now),
        )
        database.execute(
            "INSERT INTO quotas (customer_id, period_start, period_end, token_limit, used, reserved) VALUES (?, ?, ?, ?, 0, 0)",
            (CUSTOMER, now - DAY, now + 29 * DAY, PRO_TOKENS),
        )
        database.execute(
            "INSERT INTO proxy_tokens (token_hash, customer_id, box_id, created_at) VALUES (?, ?, ?, ?)",
            (hashlib.sha256(token.encode()).hexdigest(), CUSTOMER, BOX, now),
        )
    database.close()
    print(token)


if __name__ == "__main__":
    main(sys.argv[1])
