"""XML is read in one way: no document type, no entities, nothing fetched, bounded, in the encoding it says."""

from __future__ import annotations

import base64

import pytest
from lxml import etree

from stadig.exchange.contracts import trees, xml
from stadig.exchange.contracts.errors import Reason, Unreadable
from stadig.exchange.contracts.registry import open_contract
from stadig.exchange.contracts.tests.questions import answer, incoming, of, question
from stadig.exchange.outcomes import Outcome
from stadig.exchange.terms import CSN, FK, SKV

TEN = open_contract("ssbtek-10", folder=None)
LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY l0 "ha">'
    + "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    + "]><a>&l9;</a>"
)
BOMBS = {
    "a billion laughs": LAUGHS,
    "a quadratic blow-up": f'<!DOCTYPE a [<!ENTITY x "{"x" * 50_000}">]><a>{"&x;" * 10_000}</a>',
    "a file on our own disk": '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]><a>&x;</a>',
    "an address elsewhere": '<!DOCTYPE a SYSTEM "http://127.0.0.1:9/evil.dtd"><a/>',
    "a parameter entity": '<!DOCTYPE a [<!ENTITY % x SYSTEM "http://127.0.0.1:9/x">%x;]><a/>',
    "one in an attribute": f'<!DOCTYPE a [<!ENTITY x "{"x" * 10_000}">]><a b="{"&x;" * 10_000}"/>',
    "one behind a comment": "<?xml version='1.0'?><!-- hej --><?pi hej?>\n<!DOCTYPE a><a/>",
    "one in small letters": "<!doctype a><a/>",
}


def refusal(data: bytes, charset: str = "") -> Reason:
    with pytest.raises(Unreadable) as caught:
        xml.parse(data, charset=charset)
    return caught.value.reason


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_document_type_is_refused_before_it_is_parsed(bomb: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def parsed(*_: object) -> None:
        raise AssertionError("it was parsed")

    monkeypatch.setattr(etree, "fromstring", parsed)
    for encoding in ("utf-8", "utf-16"):
        assert refusal(BOMBS[bomb].encode(encoding)) == Reason.HAS_DOCTYPE


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_bomb_inside_an_answer_is_refused_the_same_way(bomb: str) -> None:
    inner = BOMBS[bomb]
    csn = f"<b:CSN><b:data><b:svar>{base64.b64encode(inner.encode()).decode()}</b:svar></b:data></b:CSN>"
    skv = f"<b:SKV><b:data><svar><![CDATA[{inner}]]></svar></b:data></b:SKV>"
    blocks = TEN.read(answer(csn + skv), question(CSN, SKV))
    assert {(block.agency, block.outcome, block.error_code) for block in blocks} == {
        (CSN, Outcome.ERROR, "has_doctype"),
        (SKV, Outcome.ERROR, "has_doctype"),
    }


def test_the_words_of_a_document_type_inside_text_are_text() -> None:
    assert xml.parse(b"<a><![CDATA[<!DOCTYPE a>]]></a>").text == "<!DOCTYPE a>"


def test_ten_megabytes_are_refused_before_they_are_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    def parsed(*_: object) -> None:
        raise AssertionError("it was parsed")

    monkeypatch.setattr(etree, "fromstring", parsed)
    body = b"<a>" + b"x" * 10_000_000 + b"</a>"
    assert refusal(body) == Reason.TOO_LARGE
    for kind in ("text/xml", "multipart/related; boundary=B", ""):
        block = of(TEN.read(incoming(body, content_type=kind), question(FK)), FK)
        assert (block.outcome, block.error_code) == (Outcome.ERROR, "too_large")


def test_ten_megabytes_inside_json_are_refused() -> None:
    with pytest.raises(Unreadable) as caught:
        trees.json(b'{"a": "' + b"x" * 10_000_000 + b'"}')
    assert caught.value.reason == Reason.TOO_LARGE


@pytest.mark.parametrize("depth", [300, 100_000])
def test_what_is_nested_deeper_than_any_answer_is_refused(depth: int) -> None:
    assert refusal(b"<a>" * depth + b"</a>" * depth) == Reason.TOO_DEEP
    with pytest.raises(Unreadable) as caught:
        trees.json(b"[" * 100_000 + b"]" * 100_000)
    assert caught.value.reason == Reason.TOO_DEEP


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-le", "utf-16-be", "iso-8859-1", "windows-1252"])
def test_what_is_declared_is_read(encoding: str) -> None:
    text = f'<?xml version="1.0" encoding="{encoding.removesuffix("-le").removesuffix("-be")}"?><a>Åsa Öberg</a>'
    assert xml.parse(text.encode(encoding)).text == "Åsa Öberg"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_byte_order_mark_wins_over_a_wrong_declaration(encoding: str) -> None:
    assert xml.parse('<?xml version="1.0" encoding="iso-8859-1"?><a>Åsa</a>'.encode(encoding)).text == "Åsa"


def test_what_the_transport_says_wins_over_the_declaration() -> None:
    assert xml.parse("<?xml version='1.0' encoding='utf-8'?><a>Åsa</a>".encode("latin-1"), charset="ISO-8859-1").text == "Åsa"


def test_text_encoded_anew_with_its_first_line_left_is_read() -> None:
    assert xml.parse("<?xml version='1.0' encoding='utf-16'?><a>Åsa</a>".encode()).text == "Åsa"


def test_a_declaration_inside_cdata_means_nothing() -> None:
    assert xml.parse_text("<?xml version='1.0' encoding='iso-8859-1'?><a>Åsa</a>").text == "Åsa"


@pytest.mark.parametrize(
    ("data", "charset"),
    [
        ("<?xml version='1.0' encoding='utf-8'?><a>Åsa</a>".encode("latin-1"), ""),
        ("<a>Åsa</a>".encode("latin-1"), ""),
        ("<a>Åsa</a>".encode(), "ebcdic-cp-se"),
        (b"<?xml version='1.0' encoding='koi8-r'?><a/>", ""),
        ("<a>Åsa</a>".encode("utf-32"), ""),
        (b"\xff\xfe<\0a\0/", ""),
    ],
)
def test_bytes_that_are_not_what_they_are_said_to_be_are_refused_and_not_guessed_at(data: bytes, charset: str) -> None:
    assert refusal(data, charset) == Reason.WRONG_CHARSET


@pytest.mark.parametrize("data", [b"<a>", b"hej", b"<a/><b/>", b"<a>\0</a>", b"<a b=1/>", b"<a>&x;</a>", b"{}", b"<a>&#0;</a>"])
def test_what_is_not_xml_is_refused(data: bytes) -> None:
    assert refusal(data) == Reason.NOT_XML


def test_nothing_at_all_is_refused() -> None:
    assert refusal(b"") == refusal(b" \r\n") == Reason.EMPTY


def test_comments_and_instructions_are_not_part_of_an_answer() -> None:
    root = xml.parse(b"<a><!-- x --><?y z?><b>1<!-- 2 -->3</b></a>")
    assert [xml.name_of(child) for child in root] == ["b"]
    assert root[0].text == "13"
