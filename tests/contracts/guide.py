"""Following the guide to a new catalog in a copy of the product."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

A_FILE = re.compile(r"^`([\w./-]+)`\n```\w+\n(.*?)^```$", re.MULTILINE | re.DOTALL)
COMMANDS = re.compile(r"^```\n(sed .*?)^```$", re.MULTILINE | re.DOTALL)
A_LINE = re.compile(r"below the name key:\n\n```\n(.*?)\n```$", re.MULTILINE | re.DOTALL)
LEFT_BEHIND = shutil.ignore_patterns(".git", ".venv", ".data", "__pycache__", ".*_cache", "staticfiles")
RENAMING = "## 9. Renaming or removing a field"


def copy_of(project: Path, copy: Path) -> Path:
    """A copy of the product that finds the servers of this one."""
    shutil.copytree(project, copy, ignore=LEFT_BEHIND, dirs_exist_ok=True)
    (copy / ".venv").symlink_to(sys.prefix)  # where the copy looks for its servers
    return copy


def follow(product: Path) -> None:
    """Make the catalog of the guide in a copy of the product: its files, and the two lines outside its folder."""
    _write_files(product, _guide_of(product).partition(RENAMING)[0])
    (product / "briefings" / "migrations").mkdir()
    for package in ("briefings", "briefings/migrations"):
        (product / package / "__init__.py").touch()
    add_line(product / "config" / "settings.py", '    "business",\n', '    "briefings",')
    templates = '    path("settings/templates/", include("templates_catalog.urls")),\n'
    add_line(product / "config" / "urls.py", templates, '    path("settings/briefings/", include("briefings.urls")),')


def rename_a_field(product: Path) -> None:
    """Follow what the guide says of renaming a field, where its catalog stands."""
    section = _guide_of(product).partition(RENAMING)[2]
    commands, line = COMMANDS.search(section), A_LINE.search(section)
    assert commands and line
    subprocess.run(["bash", "-euc", commands[1]], cwd=product, check=True)
    add_line(product / "briefings" / "models.py", '    name_key = NameKey("name")\n', line[1])
    _write_files(product, section)


def add_line(file: Path, after: str, line: str) -> None:
    """Put a line below another one, which stands there once."""
    text = file.read_text(encoding="utf-8")
    assert text.count(after) == 1
    file.write_text(text.replace(after, f"{after}{line}\n"), encoding="utf-8")


def _guide_of(product: Path) -> str:
    return (product / "docs" / "new-catalog.md").read_text(encoding="utf-8")


def _write_files(product: Path, text: str) -> None:
    for name, content in A_FILE.findall(text):
        (product / name).parent.mkdir(parents=True, exist_ok=True)
        (product / name).write_text(content, encoding="utf-8")
