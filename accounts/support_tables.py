"""How pages of support show what they list: tables with links to the pages of what is named."""

from typing import Any

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.timezone import localtime

LINK = '<a class="text-primary-600 dark:text-primary-500 underline" href="{}">{}</a>'


def table(
    title: str, headers: list[str], rows: list[list[Any]], *, number: int | None = None, everything: str = ""
) -> dict[str, Any]:
    """What `admin/support_table.html` shows; `number` is how many there are, and `everything` leads to all of them."""
    number = len(rows) if number is None else number
    return {"title": title, "headers": headers, "rows": rows, "number": number, "everything": everything}


def link(page: str, key: Any, words: Any) -> Any:
    """A link to the page of one row, such as `link("accounts_user", 7, "Jan")`."""
    return link_to(reverse(f"admin:{page}_change", args=[key]), words)


def link_to(address: str, words: Any) -> Any:
    """A link to any address."""
    return format_html(LINK, address, words)


def list_address(page: str, asked: str) -> str:
    """The address of a list, with what is asked of it."""
    return f"{reverse(f'admin:{page}_changelist')}?{asked}"


def when(moment: Any) -> str:
    """A moment on the reader's clock, or a dash."""
    return date_format(localtime(moment), "SHORT_DATETIME_FORMAT") if moment else "–"
