"""What the page of one change asks: a decision about the setting, or about each field that both sides changed."""

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from settings_sync.models import Change
from settings_sync.planning.verdicts import Word
from settings_sync.services.deciding.candidates import Candidate
from settings_sync.services.deciding.deciding import DEFAULT_PATH, Asked, problem_of_other_name
from settings_sync.services.deciding.questions import PathQuestion, Questions
from settings_sync.wording.decision_wording import COUPLE_SAME, LEAVE_DEFAULT, TAKE_DEFAULT, offer_in_words
from tenants.entry_fields import DateField, WholeNumberField

DEFAULTS = {TAKE_DEFAULT: Word.OVERWRITE, LEAVE_DEFAULT: Word.KEEP_LOCAL}
PATH = "path:"
HERE = "here"
SAME = "same"
ALL = "all"


def _names(changes: Sequence[Change]) -> str:
    names = [change.plan_target.administration.name for change in changes]
    return ", ".join(names) if len(names) <= 5 else f"{', '.join(names[:4])} …"


def _choice(one: Candidate) -> tuple[str, str]:
    used = _("used by %(used)s") % {"used": ", ".join(one.uses)}
    return str(one.uid), f"{one.label} – {used}" if one.uses else one.label


LOCAL, SOURCE, EACH = "local", "source", "each"
"""What is clicked: one of the two versions, or what was chosen for each field."""


def cards_of(questions: Questions) -> dict[str, Word]:
    """The two versions that stand beside each other, and what each decides; empty where the question is another one."""
    taken = next((word for word in (Word.OVERWRITE, Word.PUT_BACK) if word in questions.words), None)
    # What may be coupled as well is another question: with what, before which side.
    if taken is None or Word.KEEP_LOCAL not in questions.words or Word.COUPLE in questions.words:
        return {}
    return {LOCAL: Word.KEEP_LOCAL, SOURCE: taken}


def is_merged(questions: Questions) -> bool:
    """Whether a card is about the fields that both sides changed: whatever else either of them changed comes along."""
    return Word.MERGE in questions.words and bool(questions.paths) and not questions.more_paths


def answers_of_card(sent: QueryDict, questions: Questions) -> QueryDict:
    """What was sent, with the answers that clicking a card stands for."""
    take = sent.get("take", "")
    word = cards_of(questions).get(take)
    if word is None and take != EACH:
        return sent
    answers = sent.copy()
    if is_merged(questions):
        answers["word"] = Word.MERGE.value
        if word is not None:
            for question in questions.paths:
                answers[PATH + question.path] = word.value
    elif word is not None:
        answers["word"] = word.value
    return answers


@dataclass(frozen=True)
class Card:
    """One of two versions to click: which side, what clicking it says, and its value where one field is asked."""

    side: str
    words: str
    value: str


class DecisionForm(forms.Form):
    """A decision about one change; `asked` says it as the service takes it."""

    version = WholeNumberField(widget=forms.HiddenInput, min_value=1)
    word = forms.ChoiceField(
        label=gettext_lazy("What is to happen?"),
        widget=forms.RadioSelect,
        error_messages={
            "required": gettext_lazy("Choose what is to happen."),
            "invalid_choice": gettext_lazy("That cannot be decided here. Choose one of the decisions below."),
        },
    )
    couple_with = forms.ChoiceField(
        label=gettext_lazy("Setting of the sub-administration"),
        required=False,
        error_messages={
            "invalid_choice": gettext_lazy("That setting is gone, or follows another one by now. Choose again.")
        },
    )
    name = forms.CharField(max_length=200, required=False)
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=1000, required=False)
    review_on = DateField(label=gettext_lazy("Look at it again on"), required=False)
    scope = forms.ChoiceField(
        label=gettext_lazy("Where does this hold?"),
        widget=forms.RadioSelect,
        required=False,
        error_messages={"invalid_choice": gettext_lazy("Choose one of the places below.")},
    )

    def __init__(self, *args: Any, change: Change, questions: Questions, undoes: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.change = change
        self.questions = questions
        self.undoes = undoes
        self.where = change.plan_target.administration.name
        self.fields["name"].label = _("Name in %(name)s") % {"name": self.where}
        self._offer_words()
        for question in questions.paths:
            self.fields[PATH + question.path] = self._path_field(question)
        self._offer_candidates()
        self._offer_scope()
        self._fill_in_earlier()
        keeps = Word.KEEP_LOCAL in questions.words or questions.paths
        for field, is_asked in (("name", Word.CREATE_AS in questions.words), ("reason", keeps), ("review_on", keeps)):
            if not is_asked:
                del self.fields[field]

    def _offer_words(self) -> None:
        field = self.fields["word"]
        field.choices = [(word, self._offer(word)) for word in self.questions.words]  # type: ignore[attr-defined]
        decided = {one.path: one.word for one in self.questions.decided}
        if self.questions.is_exactly_equal:
            field.initial = COUPLE_SAME
        elif Word.MERGE in self.questions.words:
            field.initial = Word.MERGE.value
        if "" in decided:
            field.initial = decided[""]
        if self.cards and is_merged(self.questions):
            # The cards ask it, so it is not offered once more; it stays an answer.
            field.widget.choices = [offer for offer in field.choices if offer[0] != Word.MERGE]  # type: ignore[attr-defined]

    def _offer(self, word: str) -> str:
        holder = self.questions.same_named.label if self.questions.same_named else ""
        remade = "remade" in self.change.facts
        label, effect = offer_in_words(
            word, verdict=self.change.verdict, where=self.where, holder=holder, undoes=self.undoes, remade=remade
        )
        return format_html('<span class="offer">{} <span class="secondary">{}</span></span>', label, effect)

    def _path_field(self, question: PathQuestion) -> forms.ChoiceField:
        theirs = _("Before that sync: {value}") if self.undoes else _("Main administration: {value}")
        choices = [
            (Word.KEEP_LOCAL.value, f"{self.where}: {question.local or '–'}"),
            (Word.OVERWRITE.value, theirs.format(value=question.source or "–")),
        ]
        side = {"source": Word.OVERWRITE, "local": Word.KEEP_LOCAL}.get(question.side, "")
        return forms.ChoiceField(
            label=question.label, choices=choices, widget=forms.RadioSelect, required=False, initial=side
        )

    def _fill_in_earlier(self) -> None:
        """The reason and the date that were given before: in this preview, else what was agreed earlier."""
        known = next((one for one in self.questions.decided if one.reason), None) or self.questions.earlier
        if known is not None:
            self.fields["reason"].initial = known.reason
            self.fields["review_on"].initial = known.review_on

    def _offer_candidates(self) -> None:
        if not self.questions.candidates:
            del self.fields["couple_with"]
            return
        alike = [_choice(one) for one in self.questions.candidates if one.is_alike]
        rest = [_choice(one) for one in self.questions.candidates if not one.is_alike]
        groups = [(_("With a similar name"), alike), (_("All others"), rest)]
        choices = [("", _("Choose a setting")), *(group for group in groups if group[1])]
        self.fields["couple_with"].choices = choices  # type: ignore[attr-defined]
        self.fields["couple_with"].initial = str(self.change.couples or "")

    def _offer_scope(self) -> None:
        if not self.questions.others:
            del self.fields["scope"]
            return
        field = self.fields["scope"]
        field.choices = list(self._scopes())  # type: ignore[attr-defined]
        same = self.questions.same_values
        others = self.questions.others
        field.initial = HERE if not same else SAME if len(same) < len(others) else ALL

    def _scopes(self) -> Iterator[tuple[str, str]]:
        here = self.change.plan_target.administration.name
        same = self.questions.same_values
        others = self.questions.others
        yield HERE, _("Only in {name}").format(name=here)
        if same and len(same) < len(others):
            words = ngettext(
                "Also in the other administration that has this value: {names}",
                "Also in the {number} other administrations that have this value: {names}",
                len(same),
            )
            yield SAME, words.format(number=len(same), names=_names(same))
        words = ngettext(
            "Also in the other administration where this is asked: {names}",
            "Also in the {number} other administrations where this is asked: {names}",
            len(others),
        )
        yield ALL, words.format(number=len(others), names=_names(others))

    @property
    def cards(self) -> list[Card]:
        """The two versions as they are clicked, the one of the administration first."""
        return [self._card(side, word) for side, word in cards_of(self.questions).items()]

    def _card(self, side: str, word: Word) -> Card:
        words = offer_in_words(word, verdict=self.change.verdict, where=self.where, undoes=self.undoes)[0]
        paths = self.merged_paths
        value = getattr(paths[0], side) or "–" if len(paths) == 1 else ""
        return Card(side, words, value)

    @property
    def merged_paths(self) -> tuple[PathQuestion, ...]:
        """The fields that a card is about; empty where it is about the setting as a whole."""
        return self.questions.paths if is_merged(self.questions) else ()

    @property
    def pairs(self) -> list[forms.BoundField]:
        """The fields of which several are asked at once, each with its own two sides."""
        return self.path_fields if self.cards and len(self.merged_paths) > 1 else []

    @property
    def asks_paths(self) -> bool:
        """Whether the fields that both sides changed are asked in the long form, and not by cards."""
        return bool(self.questions.paths) and not (self.cards and is_merged(self.questions))

    @property
    def is_otherwise(self) -> bool:
        """Whether something was decided by another way than a card, and is shown again because it was refused."""
        return self.is_bound and "take" not in self.data

    @property
    def path_fields(self) -> list[forms.BoundField]:
        return [self[PATH + question.path] for question in self.questions.paths]

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        word = given.get("word")
        if word == Word.MERGE and not any(given.get(PATH + one.path) for one in self.questions.paths):
            self.add_error("word", _("Choose for each field below, or decide about the setting as a whole."))
        if word == Word.COUPLE and not given.get("couple_with"):
            self.add_error("couple_with", _("Choose the setting to couple with."))
        if word == Word.COUPLE and given.get("scope") in (SAME, ALL):
            self.add_error("scope", _("This is another setting in each administration; couple them one by one."))
        if word == Word.CREATE_AS and "name" not in self.errors and not given.get("name", "").strip():
            self.add_error("name", _("Give the name that it should have."))
        return given

    def clean_name(self) -> str:
        name = str(self.cleaned_data["name"])
        if name and (problem := problem_of_other_name(self.change.kind, name)):
            raise forms.ValidationError(problem)
        return name

    def asked(self) -> list[Asked]:
        """The decisions, for this administration or also for the others where the same is asked."""
        scope = self.cleaned_data.get("scope")
        if scope == ALL and self.questions.is_everywhere and self.cleaned_data["word"] != COUPLE_SAME:
            return self._asked(self.change, "")
        also = {ALL: self.questions.others, SAME: self.questions.same_values}.get(scope or HERE, ())
        changes = [self.change, *also]
        return [one for change in changes for one in self._asked(change, change.plan_target.administration.slug)]

    def _asked(self, change: Change, target: str) -> list[Asked]:
        given = self.cleaned_data
        word = self.cleaned_data["word"]
        said = {"target": target, "reason": given.get("reason", ""), "review_on": given.get("review_on")}
        if word in DEFAULTS:
            skipped = [Asked(change.uid, None, target)] if self.fields["word"].initial == Word.SKIP else []
            return [*skipped, Asked(change.uid, DEFAULTS[word], path=DEFAULT_PATH, **said)]
        if word == Word.MERGE:
            return [Asked(change.uid, Word.MERGE, target), *self._asked_paths(change, said)]
        if word == COUPLE_SAME:
            holder = change.facts.get("holder_uid")
            return [Asked(change.uid, Word.COUPLE, couple_with=uuid.UUID(holder), **said)] if holder else []
        if word == Word.COUPLE:
            chosen = uuid.UUID(given["couple_with"])
            stays = self._asked_paths(change, said) if chosen == change.couples else []
            return [Asked(change.uid, Word.COUPLE, couple_with=chosen, **said), *stays]
        return [Asked(change.uid, Word(word), name=given.get("name", "").strip(), **said)]

    def _asked_paths(self, change: Change, said: dict[str, Any]) -> list[Asked]:
        """What was chosen for each place."""
        sides = {one.path: self.cleaned_data.get(PATH + one.path) for one in self.questions.paths}
        return [Asked(change.uid, Word(side), path=path, **said) for path, side in sides.items() if side]
