"""Run a page as one session, top to bottom, as a reader would in a fresh interpreter."""

from pathlib import Path

from pages.page import Block, Page
from pages.prove.interpreter import Interpreter, InterpreterEndedError
from pages.prove.result import Error, Result


class Session:
    """A page being run: its interpreter, and the results of its blocks so far."""

    def __init__(self, page: Page, threads: int = 1) -> None:
        """Prepare to run `page` with this many threads for numerical libraries."""
        self.page = page
        self.threads = threads
        self.results: dict[int, Result] = {}
        self._interpreter: Interpreter | None = None

    @property
    def interpreter(self) -> Interpreter:
        """The process that the page runs in; it starts when it is first needed."""
        if self._interpreter is None:
            self._interpreter = Interpreter.start(self.threads)
            for block in self.page.blocks:
                for image in block.figures:
                    if ".." not in Path(image.path).parts:
                        folder = (self._interpreter.folder / image.path).parent
                        folder.mkdir(parents=True, exist_ok=True)
        return self._interpreter

    def run(self, block: Block) -> Result:
        """Run `block`, after any block before it that has not run yet; each runs once."""
        for earlier in self.page.blocks:
            if earlier.code.line not in self.results:
                self.results[earlier.code.line] = self.run_one(earlier)
            if earlier is block:
                break
        return self.results[block.code.line]

    def run_one(self, block: Block, timeout: float | None = None) -> Result:
        """Run `block` alone, in the state that the earlier blocks left."""
        content = block.code.content
        try:
            if block.file:
                return self.interpreter.write(block.file, content)
            if block.is_command:
                return self.interpreter.run_command(content, timeout)
            # Blank lines put each line of the code where it is on the page, for tracebacks.
            source = "\n" * block.code.line + content
            return self.interpreter.run(source, str(self.page.path), timeout)
        except InterpreterEndedError as error:
            return Result("", "", {}, Error(str(error), f"{error}\n", "end of the process"))

    def look_up(self, code: str) -> str:
        """Return why a name in `code` does not exist at this point, or an empty text."""
        files = [block.code.content for block in self.page.blocks if block.file]
        return self.interpreter.look_up(code, files)

    def fork(self) -> "Session":
        """Return a new session that continues from the state of this one."""
        fork = Session(self.page, self.threads)
        fork.results = dict(self.results)
        fork._interpreter = self.interpreter.fork()
        return fork

    def of(self, page: Page) -> "Session":
        """Return this session with a page whose sentences, outputs or figures differ."""
        session = Session(page, self.threads)
        session.results, session._interpreter = self.results, self._interpreter
        return session

    def close(self) -> None:
        """End the session's process and remove its folder."""
        if self._interpreter is not None:
            self._interpreter.close()
