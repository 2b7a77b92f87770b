"""Read the front matter of a page: YAML between two lines of dashes at its top."""

import yaml

Problem = tuple[int, str]


def read_front_matter(lines: list[str], problems: list[Problem]) -> tuple[dict[str, object], int]:
    """Read the settings at the top of a page.

    Every value stays text, a list or a mapping, as written: 3.10 is not read as a number.

    Args:
        lines: The page.
        problems: The list to append the settings' problems to, each with its line.

    Returns:
        The settings, and the number of the line after them.
    """
    if lines[0].rstrip(" ") != "---":
        return {}, 1
    for index, text in enumerate(lines[1:], start=1):
        if text.rstrip(" ") in ("---", "..."):
            return _settings(lines[1:index], problems), index + 2
    problems.append((1, "expected the front matter to be closed by '---', got the page's end"))
    return {}, 1


def _settings(lines: list[str], problems: list[Problem]) -> dict[str, object]:
    try:
        # The base loader reads no numbers or dates, so an invalid one cannot make it fail.
        settings = yaml.load("\n".join(lines), Loader=yaml.BaseLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = min(mark.line, len(lines) - 1) + 2 if mark else 2
        problem = getattr(error, "problem", None) or "a character that YAML does not allow"
        problems.append((line, f"expected front matter in YAML, whose parser says: {problem}"))
        return {}
    if settings in (None, ""):
        return {}
    if not isinstance(settings, dict):
        problems.append((2, "expected front matter with names and values, such as 'title: Home'"))
        return {}
    return {str(name): value for name, value in settings.items()}
