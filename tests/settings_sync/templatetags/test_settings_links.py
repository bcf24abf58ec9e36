"""Links from a count of settings to the page that lists them."""

import pytest
from django.template import Context

from settings_sync.declaring.kinds import all_kinds
from settings_sync.templatetags.settings_links import settings_link
from tenants.models import Administration
from tenants.rights import ADMINISTRATOR_ROLE, rights_of_built_in

CATEGORIES = [category.key for category in all_kinds().categories]


def link(category, rights):
    administration = Administration(slug="van-dijk", name="Van Dijk")
    return settings_link(Context({"administration": administration, "rights": rights}), category)


@pytest.mark.parametrize("category", CATEGORIES)
def test_every_category_has_a_page(category):
    assert link(category, rights_of_built_in(ADMINISTRATOR_ROLE)).startswith("/a/van-dijk/settings/")


@pytest.mark.parametrize("category", CATEGORIES)
def test_there_is_no_link_for_who_may_not_read_them(category):
    assert link(category, frozenset({"work_orders.read"})) == ""
