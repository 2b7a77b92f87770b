"""Markdown extensions that render a page on the site."""
