"""Standard Webhooks: the three headers by which a receiver knows that a message is ours, and that it is new.

>>> signature("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')
'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE='

References: the Standard Webhooks specification (standardwebhooks.com); CloudEvents 1.0, JSON format. No Django, no clock, no network.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

PREFIX: Final = "whsec_"
SECRET_BYTES: Final = 32
"""Between the 24 and 64 bytes that the specification asks for."""
CONTENT_TYPE: Final = "application/cloudevents+json"


def new_secret() -> str:
    """A secret for one subscriber."""
    return PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def signature(secret: str, message_id: str, at: int, body: bytes) -> str:
    """The signature of a message: ``v1,`` and HMAC-SHA256 over ``id.timestamp.body`` in base64. ``at`` is seconds since 1970."""
    key = base64.b64decode(secret.removeprefix(PREFIX))
    signed = b".".join((message_id.encode(), str(at).encode(), body))
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def headers(secrets_: Sequence[str], message_id: str, at: int, body: bytes) -> dict[str, str]:
    """The headers of one try. The id stays the same from try to try: a receiver that has seen it has had the message.

    While a secret is being changed there are two, the new one first: a receiver that knows either of them finds its signature among them.
    """
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(at),
        "webhook-signature": " ".join(signature(one, message_id, at, body) for one in secrets_),
        "Content-Type": CONTENT_TYPE,
    }


def event(name: str, event_id: str, source: str, at: datetime, ids: Mapping[str, int | str | None]) -> bytes:
    """A CloudEvents 1.0 event that holds ids alone: who wants to know more asks, and is asked who they are."""
    first = next(iter(ids.items()), None)
    return json.dumps(
        {
            "specversion": "1.0",
            "id": event_id,
            "source": source,
            "type": f"se.stadig.{name}",
            **({"subject": f"{first[0]}/{first[1]}"} if first else {}),
            "time": at.isoformat(),
            "datacontenttype": "application/json",
            "data": dict(ids),
        },
        separators=(",", ":"),
    ).encode()
