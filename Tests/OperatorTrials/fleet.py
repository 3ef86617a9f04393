"""A fleet of customers with their boxes: their rows in a database of their own, and what is wanted of them."""

import base64
import hashlib
import json
import os
import secrets
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import rows
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = os.environ.get("PROGRAM") or str(ROOT / ".build/debug/openclaw-cloud")
IMAGE = "sandbox-agent:1"
TIERS = ("starter", "pro", "team")

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_COLUMNS = ("id", "customer_id", "tier", "purpose", "desired", "generation", "restart_marker", "observed_generation",
            "status", "detail", "image", "failures", "restarts")


class ProgramFailed(Exception):
    """The program did what it never should, whatever the trial does to it."""


def new_id(kind):
    """As Sources/Core/Identifier.swift makes them: 48 bits of milliseconds and 80 random ones."""
    bits = now() << 80 | secrets.randbits(80)
    return f"{kind}_" + "".join(_ALPHABET[bits >> shift & 31] for shift in range(125, -1, -5))


def now():
    return time.time_ns() // 1_000_000


@dataclass
class Box:
    """A row of boxes, as far as the trials look at it."""

    id: str
    customer_id: str
    tier: str
    purpose: str
    desired: str
    generation: int
    restart_marker: int
    observed_generation: int
    status: str
    detail: str | None
    image: str | None
    failures: int
    restarts: int

    @property
    def namespace(self):
        return "customer-" + self.customer_id.removeprefix("cst_")

    @property
    def is_as_wanted(self):
        """Whether the row says that all is done."""
        return self.status == self.desired and self.observed_generation == self.generation


class Fleet:
    """A data directory and a database, for one or several operators."""

    def __init__(self, engine="sqlite", image=IMAGE, **settings):
        """settings: environment variables for the program."""
        self._folder = tempfile.TemporaryDirectory(prefix="operator-trial.", ignore_cleanup_errors=True)
        self.folder = self._folder.name
        self.data = Path(self.folder) / "data"
        self.rows = rows.new(engine, self.data)
        self._key = secrets.token_bytes(32)
        self._settings = {"AGENT_IMAGE": image, **settings}
        self._bots = 0
        self.run("migrate")

    def environment(self, **more):
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
        return {
            **kept, "DATA_DIR": str(self.data), "DATABASE_URL": self.rows.url, "HOST": "127.0.0.1",
            "ENCRYPTION_KEY": self._key.hex(), "LOG_LEVEL": "info", **self._settings, **more}

    def run(self, *arguments, **more):
        """Runs the program without a cluster; returns what it printed."""
        done = subprocess.run(
            [PROGRAM, *arguments], env=self.environment(**more), cwd=self.folder, stdin=subprocess.DEVNULL,
            capture_output=True, text=True, timeout=120)
        if done.returncode != 0:
            raise ProgramFailed(f"{' '.join(arguments)}: {done.stderr[-2000:]}{done.stdout[-2000:]}")
        return done.stdout

    def render(self, box, transfers=False, **more):
        """The box's objects as the program says that it applies them; transfers: also the jobs that move its state."""
        return self.run("admin", "box", "render", box.id, *(["--transfers"] if transfers else []), **more)

    # What is wanted

    def _seal(self, text, context):
        """As Sources/Store/Vault.swift does it."""
        data_key = secrets.token_bytes(32)

        def sealed(key, plain):
            nonce = secrets.token_bytes(12)
            return base64.b64encode(nonce + AESGCM(key).encrypt(nonce, plain, context.encode())).decode()

        fingerprint = hashlib.sha256(self._key).digest()[:4].hex()
        return f"{fingerprint}.{sealed(self._key, data_key)}.{sealed(data_key, text.encode())}"

    def add(self, count=1, tier=None, desired="running", customer_id=None, enqueued=True):
        """New boxes, each of a new customer unless one is given, with the jobs that make them real; in one transaction."""
        made, statements = [], []
        for _ in range(count):
            self._bots += 1
            bot, at = 1000 + self._bots, now()
            customer, box = customer_id or new_id("cst"), new_id("box")
            if customer_id is None:
                statements.append(rows.insert("customers", id=customer, language="en", created_at=at))
            statements.append(rows.insert(
                "boxes", id=box, customer_id=customer, tier=tier or TIERS[self._bots % len(TIERS)], agent_name="Ada",
                purpose="My garden.", language="en", bot_id=bot, bot_username=f"ada{bot}_bot",
                bot_token_sealed=self._seal(self.bot_token(bot), f"{box}/bot_token"), bot_owner_user_id=5,
                desired=desired, generation=1, restart_marker=0, observed_generation=0, status="draft", created_at=at))
            if enqueued:
                statements += reconcile_job(box, customer)
            made.append((box, customer))
        self.rows.write(*statements)
        ids = {box for box, _ in made}
        return [each for each in self.boxes() if each.id in ids]

    @staticmethod
    def bot_token(bot):
        return f"{bot}:AAAA-bot-token-of-a-trial"

    def want(self, box, **changes):
        """Changes what is wanted and asks for it, as the product does: a new generation and a job, in one transaction.

        changes: columns of boxes; `restart_marker=+1` is meant as it is written, since nothing else makes sense."""
        if "restart_marker" in changes:
            changes["restart_marker"] = None
        sets = [f"{name} = {rows.literal(value)}" if name != "restart_marker" else "restart_marker = restart_marker + 1"
                for name, value in changes.items()]
        self.rows.write(
            f"UPDATE boxes SET {', '.join(sets)}, generation = generation + 1 "
            f"WHERE id = {rows.literal(box.id)} AND desired <> 'deleted'",
            *reconcile_job(box.id, box.customer_id))
        return self.box(box.id)

    def reconcile(self, box):
        self.rows.write(*reconcile_job(box.id, box.customer_id))

    def resync(self):
        """Asks for every box to be reconciled."""
        self.rows.write(*job("operator.resync", {}, unique_key="all"))

    # What is so

    def boxes(self, where="1 = 1"):
        return [Box(*row) for row in self.rows.read(f"SELECT {', '.join(_COLUMNS)} FROM boxes WHERE {where} ORDER BY id")]

    def box(self, box_id):
        return self.boxes(f"id = {rows.literal(box_id)}")[0]

    def count(self, where):
        return self.rows.read(f"SELECT count(*) FROM boxes WHERE {where}")[0][0]

    def jobs(self, kind="operator.reconcile", *, states="('queued', 'running')"):
        """How many there are."""
        return self.rows.read(f"SELECT count(*) FROM jobs WHERE kind = {rows.literal(kind)} AND state IN {states}")[0][0]

    def token_of(self, box):
        """The text of its bot's token."""
        return self.bot_token(self.rows.read(f"SELECT bot_id FROM boxes WHERE id = {rows.literal(box.id)}")[0][0])

    def active_tokens(self, box):
        """The hashes of the box's valid proxy tokens."""
        found = self.rows.read(
            f"SELECT token_hash FROM proxy_tokens WHERE box_id = {rows.literal(box.id)} AND revoked_at IS NULL")
        return [row[0] for row in found]

    def issued_tokens(self, box):
        """How many there have ever been."""
        return self.rows.read(f"SELECT count(*) FROM proxy_tokens WHERE box_id = {rows.literal(box.id)}")[0][0]

    def close(self):
        self.rows.drop()
        self._folder.cleanup()


def job(kind, arguments, customer_id=None, unique_key=None):
    """The statements that add a job as Sources/Jobs/JobStore.swift does."""
    job_id, at = new_id("job"), now()
    body = json.dumps(arguments, separators=(",", ":"))
    text = rows.insert(
        "jobs", id=job_id, kind=kind, arguments=body, customer_id=customer_id, unique_key=unique_key, state="queued",
        attempt=0, run_at=at, transitions=1, created_at=at)
    return [
        text + " ON CONFLICT (kind, unique_key) WHERE state = 'queued' AND unique_key IS NOT NULL DO UPDATE SET "
        "run_at = excluded.run_at WHERE jobs.run_at > excluded.run_at",
        "INSERT INTO job_transitions (job_id, position, state, attempt, reason, at) "
        f"SELECT id, 1, 'queued', 0, NULL, {at} FROM jobs WHERE id = {rows.literal(job_id)}"]


def reconcile_job(box_id, customer_id):
    return job("operator.reconcile", {"boxID": box_id, "customerID": customer_id}, customer_id, box_id)
