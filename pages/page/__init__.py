"""Read a page: its front matter, its blocks with their outputs and figures, and its prose."""

from pages.page.markdown import IMAGE, INLINE_CODE, UNSEEN
from pages.page.model import Block, Fence, Image, Page, PageError
from pages.page.prose import prose_of, readable, title_of
from pages.page.read import front_matter, read_page, scan

__all__ = [
    "IMAGE",
    "INLINE_CODE",
    "UNSEEN",
    "Block",
    "Fence",
    "Image",
    "Page",
    "PageError",
    "front_matter",
    "prose_of",
    "read_page",
    "readable",
    "scan",
    "title_of",
]
