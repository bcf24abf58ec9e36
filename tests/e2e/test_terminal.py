"""A run that is started in the terminal, watched in the browser under the same id."""

import re
import subprocess
import sys
import uuid

from playwright.sync_api import expect

from local_servers.processes import PROJECT

RUN = re.compile(r"Run ([0-9a-f-]{36})")
UID = re.compile(r"[0-9a-f-]{36}")


def test_a_run_of_the_terminal_is_watched_in_the_browser(base_url, beheerder):
    name = f"Terminal {uuid.uuid4().hex[:8]}"
    beheerder.make_work_type(name)
    (uid,) = UID.findall(beheerder.page.get_by_role("link", name=name).first.get_attribute("href"))
    with in_terminal(
        "sync_settings", "van-dijk", "--to", "van-dijk-service", "--items", uid, "--note", name
    ) as started:
        told = next(line for line in started.stdout if RUN.match(line))
        (address,) = re.findall(r"https?://\S+", told)
        assert address.startswith(base_url)
        beheerder.open(address)
        beheerder.wait_for_result()
        expect(beheerder.page.locator("blockquote.note")).to_have_text(name)
        printed = started.stdout.read()
        assert started.wait(60) == 0, printed
    assert set(RUN.findall(told + printed)) == {RUN.match(told)[1]} == set(UID.findall(beheerder.page.url))
    assert "Rows of daily data written: 0" in printed
    assert beheerder.runs_with_note(name) == 1


def in_terminal(*arguments):
    """A command of `./dev manage` against the product that runs, as it prints."""
    command = [sys.executable, "manage.py", *arguments, "--apply", "--timeout", "60"]
    return subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, text=True)
