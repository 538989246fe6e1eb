"""Pages kept as files that a person has read. ``GOLDEN=1`` writes them anew; read them before they are committed."""

import html
import os
import re
from collections.abc import Iterable
from pathlib import Path

KEY_OF_THE_PICTURE = re.compile(r"\w?(?:topic|people pause|welcome, questions)")
NUMBERED = re.compile(r"(Speaker Quillfeather|Force )\d+")
"""Names that a factory counts up: they differ with the order of the tests."""


def words_of_main(page: str) -> str:
    """The words of the main part, a block a line, without what differs from run to run."""
    inside = re.search(r"<main.*?>(.*)</main>", page, re.DOTALL)
    assert inside is not None
    text = re.sub(r"<svg.*?</svg>|<style.*?</style>|<form.*?</form>", "", inside[1], flags=re.DOTALL)
    text = re.sub(r"</?(?:h\d|p|li|div|dt|dd|section|article|summary|ul|ol|strong)\b[^>]*>", "\n", text)
    text = html.unescape(re.sub(r"<[^>]+>", "", text))
    text = NUMBERED.sub(lambda found: found[1].rstrip(), re.sub(r"WT-\w+", "WT-XXXXXX", text))
    lines = (" ".join(line.split()) for line in text.splitlines())
    return "\n".join(line for line in lines if line and not KEY_OF_THE_PICTURE.fullmatch(line)) + "\n"


def is_as_read(folder: Path, name: str, page: str) -> bool:
    """Whether the page says what the file of this name says."""
    kept = folder / f"{name}.txt"
    if os.environ.get("GOLDEN"):
        folder.mkdir(exist_ok=True)
        kept.write_text(page)
    assert page == kept.read_text()
    return True


def names_kept(folder: Path) -> set[str]:
    """The names of the files of a folder."""
    return {path.stem for path in folder.glob("*.txt")}


def without_tier(names: Iterable[str]) -> set[str]:
    """The names up to their last dash."""
    return {name.rsplit("-", 1)[0] for name in names}
