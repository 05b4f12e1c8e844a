"""Only the pixels are kept."""

from __future__ import annotations

import contextlib
import io

import pytest
from hypothesis import given
from hypothesis import strategies as some
from PIL import Image

from stadig.files.images import NotAPicture, cleaned, is_clean


def picture(kind: str = "JPEG", size: tuple[int, int] = (40, 20), mode: str = "RGB", **options) -> bytes:
    out = io.BytesIO()
    Image.new(mode, size).save(out, kind, **options)
    return out.getvalue()


def test_what_hides_after_the_end_of_a_picture_is_gone():
    assert b"<?php" not in cleaned(picture() + b"<?php evil ?>")


def test_a_picture_that_lies_on_its_side_is_turned_upright():
    exif = Image.Exif()
    exif[0x0112] = 6
    with Image.open(io.BytesIO(cleaned(picture(exif=exif)))) as upright:
        assert upright.size == (20, 40)


@pytest.mark.parametrize(
    ("kind", "mode"), [("JPEG", "L"), ("JPEG", "CMYK"), ("PNG", "RGBA"), ("PNG", "P"), ("PNG", "I;16"), ("WEBP", "RGBA")]
)
def test_every_usual_kind_becomes_a_clean_jpeg(kind, mode):
    assert is_clean(cleaned(picture(kind, mode=mode)))


def test_a_picture_with_a_comment_is_not_clean():
    assert not is_clean(picture(comment=b"hemligt"))


def test_a_bomb_is_not_opened():
    with pytest.raises(NotAPicture):
        cleaned(picture("PNG", (9000, 9000), "1"))


@given(some.binary(max_size=200), some.integers(0, 300))
def test_no_bytes_give_anything_but_a_picture_or_a_no(noise, at):
    sound = picture()
    for data in (noise, sound[:at], sound[:at] + noise + sound[at:]):
        with contextlib.suppress(NotAPicture):
            assert is_clean(cleaned(data))
