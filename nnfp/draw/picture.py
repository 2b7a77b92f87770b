"""What every drawing function returns: a picture that can be shown and saved."""

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Picture:
    """A picture as SVG text. A notebook displays it.

    Attributes:
        title: A sentence that describes the picture to readers who cannot see it.
        svg: The whole SVG document.

    Examples:
        >>> from nnfp import draw
        >>> draw.neuron([1, 2], [5, 7])
        Picture(title='Neuron with inputs 1 and 2, weights 5 and 7: the sum is 19, ReLU gives 19')
    """

    title: str
    svg: str = field(repr=False)

    def __str__(self) -> str:
        """Return the SVG text."""
        return self.svg

    def _repr_svg_(self) -> str:
        return self.svg

    def save(self, path: str | Path) -> None:
        r"""Write the SVG to a file, in UTF-8 and with `\n` as the line ending on every system.

        Args:
            path: The file to write; its name ends in `.svg`. Missing folders are created, and a
                leading `~` is your home folder.

        Raises:
            ValueError: If the name does not end in `.svg`, or there is no such home folder.
            OSError: If the file cannot be written.

        Examples:
            >>> from nnfp import draw
            >>> draw.neuron([1, 2], [5, 7]).save("neuron.png")
            Traceback (most recent call last):
            ValueError: expected a file name that ends in .svg, got 'neuron.png'
        """
        try:
            file = Path(path).expanduser()
        except RuntimeError as error:
            raise ValueError(f"expected an existing home folder, got {str(path)!r}") from error
        if file.suffix.lower() != ".svg":
            raise ValueError(f"expected a file name that ends in .svg, got {str(path)!r}")
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(self.svg, encoding="utf-8", newline="\n")
        except OSError as error:
            reason = f"expected a file that can be written ({error.strerror})"
            raise OSError(error.errno, reason, error.filename) from error
