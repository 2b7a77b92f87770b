"""Test that the style sheet of the built site contains the fonts of text and code."""

from base64 import b64encode
from pathlib import Path

import pytest

from pages.publish.fonts import embed_fonts


def test_the_fonts_of_text_and_code_are_embedded_and_others_are_not(tmp_path: Path) -> None:
    fonts = tmp_path / "assets/fonts"
    fonts.mkdir(parents=True)
    names = "AtkinsonHyperlegibleNext", "AtkinsonHyperlegibleMono", "STIXTwoMath"
    for name in names:
        (fonts / f"{name}.woff2").write_bytes(name.encode())
    sheet = tmp_path / "assets/site.css"
    sheet.write_text("".join(f'src: url("fonts/{name}.woff2");\n' for name in names), "utf-8")
    embed_fonts(tmp_path)
    text, code = (b64encode(name.encode()).decode() for name in names[:2])
    assert sheet.read_text(encoding="utf-8").splitlines() == [
        f'src: url("data:font/woff2;base64,{text}");',
        f'src: url("data:font/woff2;base64,{code}");',
        'src: url("fonts/STIXTwoMath.woff2");',
    ]


def test_a_style_sheet_without_these_fonts_is_rejected(tmp_path: Path) -> None:
    (tmp_path / "assets").mkdir()
    (tmp_path / "assets/site.css").write_text("a { color: red }", encoding="utf-8")
    with pytest.raises(SystemExit, match=r"expected a font to embed in assets/site\.css, got none"):
        embed_fonts(tmp_path)
