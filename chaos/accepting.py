"""`python -m chaos.accepting MAIN CHILD USER`: accept one run in a process of its own, which may be killed then."""

import os
import sys

import django


def main() -> None:
    """Make a plan for one child and confirm it; prints the run's id."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from accounts.models import User
    from settings_sync.services.plans.plans import create_plan
    from settings_sync.services.runs.runs import start_run
    from tenants.models import Administration

    from .company import CATEGORIES

    main_slug, child_slug, email = sys.argv[1:4]
    user = User.objects.get(email=email)
    plan = create_plan(
        acting_user=user,
        main=Administration.objects.get(slug=main_slug),
        targets=[child_slug],
        categories=CATEGORIES,
    )
    print(start_run(acting_user=user, plan=plan, version=plan.version).pk)


if __name__ == "__main__":
    main()
