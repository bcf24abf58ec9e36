"""How much settings are alike, in words."""

from django.utils.translation import gettext as _

from settings_sync.planning.likeness import Likeness


def likeness_in_words(likeness: Likeness) -> str:
    """The score and what it rests on, such as “92 %: name 40 %, content 92 % (11 of 12 equal)”."""
    if likeness.is_exact:
        return _("key and name are equal")
    said = [_("name {percent} %").format(percent=likeness.name)]
    if likeness.is_same_key:
        said.insert(0, _("equal key"))
    if likeness.content is not None:
        content = _("content {percent} % ({shared} of {total} equal)")
        said.append(content.format(percent=likeness.content, shared=likeness.shared, total=likeness.total))
    return ", ".join(said)
