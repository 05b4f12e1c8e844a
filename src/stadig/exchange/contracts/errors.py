"""Why an answer could not be read. Our own codes: they go into ``Block.error_code`` and ``Call.fault``, and hold nothing about a person."""

from __future__ import annotations

from enum import StrEnum


class Reason(StrEnum):
    """Each has plain words in :mod:`stadig.exchange.words`."""

    EMPTY = "empty"
    """No bytes at all."""
    TOO_LARGE = "too_large"
    """More than the size we read; refused before it is parsed."""
    TOO_DEEP = "too_deep"
    HAS_DOCTYPE = "has_doctype"
    """The XML declares a document type, which an agency's answer never needs and an attack does."""
    WRONG_CHARSET = "wrong_charset"
    """The bytes are not the character encoding they are said to be, or one we do not read."""
    NOT_XML = "not_xml"
    NOT_SOAP = "not_soap"
    FAULTY_HEADER = "faulty_header"
    NO_BODY = "no_body"
    EMPTY_BODY = "empty_body"
    SOAP_FAULT = "soap_fault"
    TRUNCATED_MIME = "truncated_mime"
    """A multipart answer that ends before its closing boundary."""
    FAULTY_MIME = "faulty_mime"
    NO_SOAP_PART = "no_soap_part"
    """A multipart answer whose first part is no SOAP message."""
    NOT_JSON = "not_json"
    NOT_BASE64 = "not_base64"
    WRONG_PERSON = "wrong_person"
    WRONG_CONTRACT = "wrong_contract"
    """A message of another contract, or another version of it, than the one that was asked."""
    WRONG_ANSWER = "wrong_answer"
    """The answer says that it belongs to another question."""
    NO_ANSWER = "no_answer"
    """The agency was asked and is not in the answer."""
    NOT_ANSWERED = "not_answered"
    """What was asked for is neither in the answer nor said to be missing: it may be left out because we have no right to it."""
    EMPTY_ANSWER = "empty_answer"
    """The agency answered with nothing, and not in a way that we know means that it has nothing."""
    BEYOND_LAW = "beyond_law"
    """All that came was beyond what the law in force gives us: nothing of it was kept."""
    UNEXPECTED_SHAPE = "unexpected_shape"
    HTTP_REFUSED = "http_refused"
    """400: the question was refused."""
    HTTP_UNAUTHORISED = "http_unauthorised"
    """401 or 403: we are not let in."""
    HTTP_NOT_FOUND = "http_not_found"
    HTTP_TOO_MANY = "http_too_many"
    HTTP_UNAVAILABLE = "http_unavailable"
    """502, 503 or 504."""
    HTTP_FAILED = "http_failed"
    """Any other status that is no success."""


class Unreadable(Exception):
    """An answer, or a part of one, that is refused. ``detail`` names an element or a rule, never a value."""

    def __init__(self, reason: Reason, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else str(reason))
        self.reason = reason
        self.detail = detail


class WrongPerson(Unreadable):
    """The answer is about someone else than was asked about. Nothing of it may be kept."""

    def __init__(self, detail: str = "") -> None:
        super().__init__(Reason.WRONG_PERSON, detail)


class FaultyDeclaration(Exception):
    """A declaration file that cannot be used. The message names the file, the field and the way out."""


def of_status(status: int) -> Reason | None:
    """What an HTTP status means when the body cannot say more; None for success."""
    if 200 <= status < 300:
        return None
    known = {
        400: Reason.HTTP_REFUSED,
        401: Reason.HTTP_UNAUTHORISED,
        403: Reason.HTTP_UNAUTHORISED,
        404: Reason.HTTP_NOT_FOUND,
        429: Reason.HTTP_TOO_MANY,
        502: Reason.HTTP_UNAVAILABLE,
        503: Reason.HTTP_UNAVAILABLE,
        504: Reason.HTTP_UNAVAILABLE,
    }
    return known.get(status, Reason.HTTP_FAILED)
