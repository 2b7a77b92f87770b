"""List what a reader sees on a built page: each block of code and each picture, in order."""

from bs4 import Tag

from audit.markup import parse


def code_on(html: str) -> list[tuple[str, str]]:
    """List the language and the text of each block of code in `html`.

    Blocks inside an API entry come from the package and not from a page: `api:` precedes their
    language. `api:signature` is the signature of a function or class.
    """
    return [(language_of(block), block.get_text()) for block in parse(html).find_all("pre")]


def language_of(block: Tag) -> str:
    """Return the language of a block, taken from the classes of the boxes around it."""
    boxes = block.find_parents("div", class_=True)
    classes = [name for box in boxes for name in box.get_attribute_list("class")]
    if "doc-signature" in classes:
        return "api:signature"
    names = [name.removeprefix("language-") for name in classes if name.startswith("language-")]
    language = names[0] if names else "none"
    return f"api:{language}" if "doc-object" in classes else language


def pictures_on(html: str) -> list[str]:
    """List the alternative text of each picture in `html`."""
    # An SVG without a role is one of the theme's icons.
    pictures = parse(html).select("img, svg[role=img]")
    return [str(picture.get("alt") or picture.get("aria-label") or "") for picture in pictures]
