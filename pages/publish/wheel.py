"""Build the wheel of the project's package, so that readers can install it from the site."""

from pathlib import Path

from hatchling.builders.wheel import WheelBuilder

from pages.project import ROOT


def wheel_name() -> str:
    """Return the file name of the wheel, which pip reads the package's name and version from."""
    builder = WheelBuilder(str(ROOT))
    return f"{builder.artifact_project_id}-{builder.get_default_tag()}.whl"


def write_wheel(site: Path) -> Path:
    """Build the wheel into the built site.

    The same package gives the same bytes: every file is dated by `SOURCE_DATE_EPOCH`.

    Args:
        site: The folder of the built site.

    Returns:
        The path of the wheel.
    """
    [wheel] = WheelBuilder(str(ROOT)).build(directory=str(site), versions=["standard"])
    return Path(wheel)
