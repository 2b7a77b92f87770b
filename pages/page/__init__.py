"""Read a page: its front matter, its blocks with their outputs and figures, and its prose."""

from pages.page.markdown import IMAGE, INLINE_CODE
from pages.page.model import Block, Fence, Image, Page, PageError
from pages.page.prose import prose_of, readable, title_of
from pages.page.read import read_page, scan

__all__ = [
    "IMAGE",
    "INLINE_CODE",
    "Block",
    "Fence",
    "Image",
    "Page",
    "PageError",
    "prose_of",
    "read_page",
    "readable",
    "scan",
    "title_of",
]
