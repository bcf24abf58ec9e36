"""Programs of others that we put together and serve ourselves: each is what its README describes, with its licence."""

import hashlib
import json
import re
from pathlib import Path

import pytest

VENDOR = Path(__file__).resolve().parents[2] / "static" / "vendor"
FOLDERS = [folder for folder in sorted(VENDOR.iterdir()) if (folder / "package.json").exists()]


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_it_is_what_its_readme_says_with_its_licence_and_versions(folder):
    said = re.search(r"^sha256  ([0-9a-f]{64})$", (folder / "README.md").read_text(), re.MULTILINE)
    assert said is not None
    assert hashlib.sha256((folder / f"{folder.name}.js").read_bytes()).hexdigest() == said.group(1)
    assert "Permission is hereby granted" in (folder / "LICENSE").read_text()
    packages = json.loads((folder / "package.json").read_text())
    for version in {**packages["dependencies"], **packages["devDependencies"]}.values():
        assert re.fullmatch(r"[0-9.]+", version), "an exact version, so that the same file comes out again"
