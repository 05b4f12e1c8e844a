"""Take the picture and leave the rest: no place, no camera, no thumbnail of what was cropped away."""

from __future__ import annotations

import io
import warnings

import pi_heif  # pyright: ignore[reportMissingTypeStubs]
from PIL import Image, ImageOps, UnidentifiedImageError

pi_heif.register_heif_opener(thumbnails=False)  # pyright: ignore[reportUnknownMemberType]

LONGEST_SIDE = 1920
"""Pixels; enough to see what is broken, small enough for a crew's phone."""
MOST_PIXELS = 50_000_000
"""More than any phone makes in one shot; a decompression bomb has more."""
FORMATS = ("JPEG", "PNG", "WEBP", "HEIF")
"""Pillow reads several pictures in one JPEG (MPO) as JPEG."""


class NotAPicture(ValueError):
    """The bytes are no JPEG, PNG, WebP or HEIC picture that we can read, or it has too many pixels."""


def cleaned(data: bytes) -> bytes:
    """The same picture as a new JPEG, turned upright, longest side at most ``LONGEST_SIDE`` pixels.

    Only pixels are carried over, so position (EXIF GPS), time, camera, comments, colour profile and embedded
    thumbnails are gone, and so is anything hidden after the picture's end.

    Raises
    ------
    NotAPicture
        Another file type, a damaged file, or more than ``MOST_PIXELS``.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data), formats=FORMATS) as picture:
                if picture.width * picture.height > MOST_PIXELS:
                    raise NotAPicture("too many pixels")
                picture.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
                upright = ImageOps.exif_transpose(picture)
                upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
                pixels = Image.new("RGB", upright.size, "white")
                with_alpha = upright.convert("RGBA")
                pixels.paste(with_alpha, mask=with_alpha.getchannel("A"))
    except (UnidentifiedImageError, Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise NotAPicture("no picture we can read") from error
    except (OSError, SyntaxError, ValueError, IndexError, KeyError) as error:
        raise NotAPicture("a damaged picture") from error
    out = io.BytesIO()
    pixels.save(out, "JPEG", quality=84, optimize=True, progressive=True)
    return out.getvalue()


def is_clean(data: bytes) -> bool:
    """True when the bytes are a JPEG that carries nothing but pixels (what ``cleaned`` makes)."""
    try:
        with Image.open(io.BytesIO(data), formats=("JPEG",)) as picture:
            picture.load()
            return not picture.getexif() and not {"exif", "icc_profile", "comment", "xmp", "photoshop"} & picture.info.keys()
    except (OSError, SyntaxError, ValueError):
        return False
