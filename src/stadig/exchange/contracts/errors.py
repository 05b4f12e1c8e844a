"""Why an answer could not be read. Our own codes: they go into ``Block.error_code`` and ``Call.fault``, and hold nothing about a person."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


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
    NO_CORRELATION_ID = "no_correlation_id"
    """The answer does not bear the question's id, which the contract says it shall. A remark beside what was read."""
    NOT_TIED = "not_tied"
    """The answer names no person and does not bear the question's id either: nothing ties it to who was asked about."""
    NO_ANSWER = "no_answer"
    """The agency was asked and is not in the answer."""
    NOT_ANSWERED = "not_answered"
    """What was asked for is neither in the answer nor said to be missing: it may be left out because we have no right to it."""
    SILENT = "silent"
    """What was asked for is not in the answer, and the agency has said that this means that there is nothing. A remark."""
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


ENGLISH: Final[Mapping[Reason, str]] = {
    Reason.EMPTY: "there is nothing in it",
    Reason.TOO_LARGE: "it is larger than two megabytes, and no agency's answer is",
    Reason.TOO_DEEP: "it is nested deeper than any answer",
    Reason.HAS_DOCTYPE: "it declares a document type, which no answer needs and an attack does",
    Reason.WRONG_CHARSET: "its bytes are not the character encoding they are said to be",
    Reason.NOT_XML: "it is not well-formed XML",
    Reason.NOT_SOAP: "it is not a SOAP 1.1 message",
    Reason.FAULTY_HEADER: "its SOAP header says the same thing twice",
    Reason.NO_BODY: "the SOAP message has no body",
    Reason.EMPTY_BODY: "the SOAP message's body is empty",
    Reason.SOAP_FAULT: "the service answered with a fault",
    Reason.TRUNCATED_MIME: "the multipart message ends before its closing boundary",
    Reason.FAULTY_MIME: "the multipart message cannot be taken apart",
    Reason.NO_SOAP_PART: "the multipart message's first part is not a SOAP message",
    Reason.NOT_JSON: "it is not JSON",
    Reason.NOT_BASE64: "what should be base64 is not",
    Reason.WRONG_PERSON: "it is about another person than the one named",
    Reason.WRONG_CONTRACT: "it is a message of another contract than those this program reads",
    Reason.WRONG_ANSWER: "it says that it answers another question",
    Reason.NO_CORRELATION_ID: "it does not bear the question's id, as the contract says that it shall",
    Reason.SILENT: "what was asked for is not in it, which the agency has said means that there is nothing",
    Reason.NOT_TIED: "it names no person and does not bear the question's id: nothing ties it to who was asked about",
    Reason.NO_ANSWER: "the agency is not in the answer",
    Reason.NOT_ANSWERED: "it was asked for, and is neither there nor said to be missing",
    Reason.EMPTY_ANSWER: "the agency answered with nothing, not even that it has nothing",
    Reason.BEYOND_LAW: "all that came was beyond what the law gives",
    Reason.UNEXPECTED_SHAPE: "it has another shape than the contract",
    Reason.HTTP_REFUSED: "the question was refused",
    Reason.HTTP_UNAUTHORISED: "we were not let in",
    Reason.HTTP_NOT_FOUND: "there is no such address",
    Reason.HTTP_TOO_MANY: "too many questions were asked",
    Reason.HTTP_UNAVAILABLE: "the service is not available",
    Reason.HTTP_FAILED: "the service failed",
}
"""Plain words for those who work at the command line."""


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


class WrongAnswer(Unreadable):
    """The answer belongs to another question, and so perhaps to another person. Nothing of it may be kept."""

    def __init__(self, detail: str = "") -> None:
        super().__init__(Reason.WRONG_ANSWER, detail)


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
