"""Reads the editable page texts: headings, paragraphs and lists, and nothing else.

The pieces stay plain text; ``components/words.html`` draws them and escapes every one.
"""

import dataclasses
from typing import Literal


@dataclasses.dataclass(frozen=True)
class Block:
    """One piece of a text; ``items`` is filled for a list only."""

    kind: Literal["heading", "paragraph", "list"]
    text: str = ""
    items: tuple[str, ...] = ()


def read_blocks(text: str) -> list[Block]:
    """Cut a text into blocks. "## " starts a heading, "- " an item; a blank line ends what came before."""
    blocks: list[Block] = []
    lines: list[str] = []
    items: list[str] = []

    def finish() -> None:
        if lines:
            blocks.append(Block("paragraph", text=" ".join(lines)))
        if items:
            blocks.append(Block("list", items=tuple(items)))
        lines.clear()
        items.clear()

    for line in map(str.strip, text.splitlines()):
        if line.startswith("## "):
            finish()
            blocks.append(Block("heading", text=line[3:].strip()))
        elif line.startswith("- "):
            if lines:
                finish()
            items.append(line[2:].strip())
        elif not line:
            finish()
        elif items:
            items[-1] = f"{items[-1]} {line}"
        else:
            lines.append(line)
    finish()
    return blocks
