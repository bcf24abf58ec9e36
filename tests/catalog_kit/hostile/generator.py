"""Templates as somebody would write them who wants something to run, or to keep the server busy; seeded."""

import random

ALERT = "top.ran=1"

ELEMENTS = (
    *("a", "b", "p", "div", "table", "tr", "td", "img", "style", "title", "textarea", "noscript", "script", "svg"),
    *("math", "mtext", "mglyph", "annotation-xml", "foreignObject", "iframe", "object", "embed", "form", "input"),
    *("body", "html", "head", "base", "meta", "link", "template", "select", "option", "xmp", "plaintext", "noembed"),
    *("details", "marquee", "video", "audio", "source", "animate", "set", "use", "image", "isindex", "x-y", "o:p"),
)
ATTRIBUTES = (
    *("onclick", "onload", "onerror", "onmouseover", "onfocus", "ontoggle", "onbegin", "ON\tERROR", "autofocus"),
    *("href", "src", "xlink:href", "action", "formaction", "srcdoc", "background", "style", "class", "title", "data-x"),
    *("srcset", "poster", "content", "http-equiv", "name", "id", "is", "slot", "contenteditable", "tabindex"),
)
VALUES = (
    f"javascript:{ALERT}",
    f"JaVaScRiPt&colon;{ALERT}",
    f" \x01java\tscript:{ALERT}",
    f"java&#10;script:{ALERT}",
    f"&#x6A;avascript:{ALERT}",
    f"vbscript:{ALERT}",
    f"data:text/html,<script>{ALERT}</script>",
    "data:text/html;base64,PHNjcmlwdD50b3AucmFuPTE8L3NjcmlwdD4=",
    f"data:image/svg+xml,<svg onload={ALERT}>",
    ALERT,
    "x",
    "#",
    "https://x.test/",
    f"0;url=javascript:{ALERT}",
    f"expression({ALERT})",
    f"background:url(javascript:{ALERT})",
    f"background:url(java\\73 cript:{ALERT})",
    "@import 'https://x.test/'",
    f"</style><script>{ALERT}</script>",
    f"'><script>{ALERT}</script>",
    f'"><img src=x onerror={ALERT}>',
    f"--><img src=x onerror={ALERT}>",
    f"]]><script>{ALERT}</script>",
    "{{ gevaar }}",
    "{{ kwaad }}",
    "https://{{ gevaar }}",
    "{{ kwaad | url_encode }}",
    "{% if klant.naam %}{{ gevaar }}{% endif %}",
    f"java{{% if klant.naam %}}script{{% endif %}}:{ALERT}",
    f"{{% assign x = 'javascript' %}}{{{{ x }}}}:{ALERT}",
    f"{{% capture x %}}javascript:{ALERT}{{% endcapture %}}{{{{ x }}}}",
)
TEXTS = (
    *("tekst", "<", ">", "&lt;", "&amp;lt;script&amp;gt;", "'", '"', "`", "=", "/", "\x00", "\x0c", "\u2028", "\ue000"),
    *("\ue0000\ue001", "\ue002", "]]>", "-->", "<!--", "<!", "<?", "</", "{{", "}}", "{%", "%}", "{#", "${", "<%"),
    *(f"<script>{ALERT}</script>", f"<scr<b>ipt>{ALERT}</script>", f"<img src=x onerror={ALERT}>"),
    *(f"<svg onload={ALERT}>", f"<style><!--</style><img src=x onerror={ALERT}>-->", "<![CDATA["),
    *(f"<math><mtext><table><mglyph><style><img src=x onerror={ALERT}>", "<noscript><p title='</noscript>"),
)
LIQUID = (
    *("{{ gevaar }}", "{{ kwaad }}", "{{ klant.naam }}", "{{ kwaad | upcase | escape }}", "{{ factuur.regels }}"),
    *("{{ klant.naam | append: kwaad }}", "{{ kwaad | split: '' | join: gevaar }}", "{{ x.__class__.__mro__ }}"),
    *("{% for i in (1..1000) %}{{ kwaad }}{% endfor %}", "{% for r in factuur.regels %}{{ r.a }}{% endfor %}"),
    *("{% assign k = kwaad %}{{ k }}", "{% capture k %}<script>{{ kwaad }}{% endcapture %}{{ k }}{{ k | upcase }}"),
    *(
        "{% if kwaad contains 'a' %}",
        "{% else %}",
        "{% endif %}",
        "{% for i in kwaad %}",
        "{% endfor %}",
        "{% break %}",
    ),
    *("{% include 'x' %}", "{% render x %}", "{% raw %}", "{% endraw %}", "{% comment %}", "{% endcomment %}"),
    *(
        "{{ kwaad | safe }}",
        "{{ 'PHNjcmlwdD4=' | base64_decode }}",
        "{% liquid echo kwaad %}",
        "{% tablerow i in (1..9) %}",
    ),
    *("{% cycle '<script>', kwaad %}", "{{ kwaad | newline_to_br }}", "{{ kwaad | date: '%999999999Y' }}"),
    *("{% assign k = k | append: k | append: 'abcdefgh' %}" * 3, "{{ 9 | times: 99999999 | times: 99999999 }}"),
    *("{{ k | replace: '', k }}", "{% case kwaad %}{% when 1 %}<script>{% endcase %}", "{{-kwaad-}}", "{%- if a -%}"),
)
LIQUID += (
    *("{{ blok.Ander }}", "{{blok.ander}}", "{{ blok.Ring }}", "{{ blok.Ring binnen }}", "{{ blok.Ander | upcase }}"),
    *("{% for i in (1..900) %}{{ blok.Ander }}{% endfor %}", "{% if blok.Ander %}", "<a href='{{ blok.Ander }}'>"),
    *(
        "<p>{{ blok.Ander }}</p>",
        "<style>{{ blok.Ander }}</style>",
        '{{ blok["Ander"] }}',
        "{% assign k = blok.Ander %}",
    ),
)
KWAAD = f"\"'><script>{ALERT}</script><img src=x onerror={ALERT}>{{{{ gevaar }}}}\n\ue0000\ue001</style>"
GEVAAR = f"javascript:{ALERT}"


def hostile_template(number: int, seed: int = 1) -> str:
    """Return the template of a number; the same one each time."""
    dice = random.Random(f"{seed}/{number}")
    pieces = [_piece(dice) for _count in range(dice.randint(1, 14))]
    text = "".join(pieces)
    if dice.random() < 0.05:
        return text * dice.randint(50, 400)
    if dice.random() < 0.2:
        cut = dice.randrange(len(text) + 1)
        return text[:cut] + dice.choice(TEXTS) + text[cut + dice.randint(0, 3) :]
    return text


def _piece(dice: random.Random) -> str:
    kind = dice.random()
    if kind < 0.3:
        return dice.choice(TEXTS)
    if kind < 0.55:
        return dice.choice(LIQUID)
    return _tag(dice)


def _tag(dice: random.Random) -> str:
    name = dice.choice(ELEMENTS)
    if dice.random() < 0.2:
        return f"</{name}>"
    attributes = "".join(_attribute(dice) for _count in range(dice.randint(0, 3)))
    ending = dice.choice((">", ">", ">", "/>", "", " >"))
    inner = dice.choice(("", "", "x", f"{ALERT}", f"</{name}>"))
    return f"<{_odd(dice, name)}{attributes}{ending}{inner}"


def _attribute(dice: random.Random) -> str:
    space = dice.choice((" ", " ", "/", "\n", "\x0c", "\x00", ""))
    quote = dice.choice(('"', "'", "", '"', "`"))
    closing = quote if dice.random() < 0.95 else ""
    return f"{space}{_odd(dice, dice.choice(ATTRIBUTES))}={quote}{dice.choice(VALUES)}{closing}"


def _odd(dice: random.Random, name: str) -> str:
    chance = dice.random()
    if chance < 0.1:
        return name.upper()
    if chance < 0.13:
        return f"{name[:2]}{{% if klant.naam %}}{{% endif %}}{name[2:]}"
    if chance < 0.15:
        return f"{name}{dice.choice(TEXTS)}"
    return name
