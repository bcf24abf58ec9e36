"""What is under way in Van Dijk for whoever looks at every page: a package, a group, a standing order and a draft."""

import subprocess
import sys

from local_servers.processes import PROJECT

MAKE = """
from accounts.models import User
from forms_catalog.models import Form
from settings_sync.services.packages.packages import Contents, create_package
from settings_sync.services.standing.standing_orders import Content, create_order
from settings_sync.services.versions.drafts import begin_draft
from tenants.groups import add_to_group
from tenants.models import Administration
from tenants.schemas import inside

user = User.objects.get(email="beheerder@van-dijk.example")
main = Administration.objects.get(slug="van-dijk")
add_to_group(acting_user=user, main=main, slugs=["van-dijk-oost"], group="Regio Oost")
package = create_package(acting_user=user, main=main, name="Alle formulieren", contents=Contents(categories=["forms"]))
content = Content(
    name="Formulieren, elke nacht",
    package=package.pk,
    groups=["Regio Oost"],
    when={"kind": "nightly", "at": "02:00"},
    windows={"allow": [{"from": "01:00", "until": "04:00", "days": [1, 2, 3, 4, 5]}], "closed": ["2026-12-25"]},
)
create_order(acting_user=user, main=main, content=content, is_on=False)
with inside(main):
    form = Form.objects.order_by("name").first().uid
begin_draft(acting_user=user, administration=main, uid=form)
"""
"""Nothing of it is assigned or on, so that nothing else in the demo changes by it."""


def in_the_product(program: str) -> str:
    """Run a program in the product that the pages come from; what it printed."""
    command = [sys.executable, "manage.py", "shell", "--verbosity", "0", "-c", program]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


def make_under_way() -> None:
    """Make all of it, once."""
    in_the_product(MAKE)
