"""Messages, layouts and schemes: thirty in all."""

GREETING = "<p>Met vriendelijke groet,<br>{{ bedrijf.naam }}<br>{{ bedrijf.telefoon }}</p>"

EMAILS = {
    "Afspraakbevestiging": (
        "Je afspraak op {{ werkbon.datum }}",
        "<p>Beste {{ klant.contactpersoon }},</p><p>We komen op {{ werkbon.datum }} om {{ werkbon.tijd }} langs voor "
        "{{ werkbon.omschrijving }}. Onze monteur is {{ werkbon.medewerker }}.</p>",
    ),
    "Afspraak gewijzigd": (
        "Je afspraak is verplaatst naar {{ werkbon.datum }}",
        "<p>Beste {{ klant.contactpersoon }},</p><p>De afspraak voor werkbon {{ werkbon.nummer }} is verplaatst naar "
        "{{ werkbon.datum }}, {{ werkbon.tijd }}.</p>",
    ),
    "Onderhoudsherinnering": (
        "Tijd voor onderhoud aan {{ werkbon.object }}",
        "<p>Beste {{ klant.naam }},</p><p>Het is weer tijd voor de jaarlijkse beurt van {{ werkbon.object }}. "
        "Bel {{ bedrijf.telefoon }} of mail {{ bedrijf.email }} voor een afspraak.</p>",
    ),
    "Storing verholpen": (
        "De storing is verholpen (werkbon {{ werkbon.nummer }})",
        "<p>Beste {{ klant.contactpersoon }},</p><p>De storing is verholpen. Wat we deden: "
        "{{ werkbon.omschrijving }}.</p>",
    ),
    "Opleverdocumenten": (
        "Documenten bij de oplevering van {{ werkbon.object }}",
        "<p>Beste {{ klant.contactpersoon }},</p><p>In de bijlage staan de handleiding, het meetrapport en het "
        "garantiebewijs.</p>",
    ),
    "Inspectierapport": (
        "Inspectierapport {{ werkbon.nummer }}",
        "<p>Beste {{ klant.contactpersoon }},</p><p>Hierbij het rapport van de inspectie op {{ werkbon.datum }}. "
        "Afgekeurde punten vragen om herstel binnen de genoemde termijn.</p>",
    ),
    "Verslag alarmopvolging": (
        "Verslag van de alarmmelding op {{ werkbon.datum }}",
        "<p>Beste {{ klant.contactpersoon }},</p><p>Na een melding zijn we ter plaatse geweest. Het verslag staat in "
        "de bijlage.</p>",
    ),
    "Offerte versturen": (
        "Onze offerte {{ offerte.nummer }}: {{ offerte.onderwerp }}",
        "<p>Beste {{ klant.contactpersoon }},</p><p>Hierbij onze offerte van {{ offerte.totaal }}. Zij is geldig tot "
        "{{ offerte.geldig_tot }}.</p>",
    ),
    "Offerte herinnering": (
        "Heb je onze offerte {{ offerte.nummer }} gezien?",
        "<p>Beste {{ klant.contactpersoon }},</p><p>De offerte loopt tot {{ offerte.geldig_tot }}. We horen graag of "
        "je nog vragen hebt.</p>",
    ),
    "Factuur versturen": (
        "Factuur {{ factuur.nummer }} van {{ bedrijf.naam }}",
        "<p>Beste {{ klant.naam }},</p><p>In de bijlage staat factuur {{ factuur.nummer }} van {{ factuur.totaal }}. "
        "Betaal haar voor {{ factuur.vervaldatum }} op {{ bedrijf.iban }}.</p>",
    ),
    "Betalingsherinnering": (
        "Herinnering: factuur {{ factuur.nummer }}",
        "<p>Beste {{ klant.naam }},</p><p>Factuur {{ factuur.nummer }} van {{ factuur.totaal }} is nog niet betaald. "
        "Wil je het bedrag binnen zeven dagen overmaken op {{ bedrijf.iban }}?</p>",
    ),
    "Creditnota versturen": (
        "Creditnota {{ factuur.nummer }}",
        "<p>Beste {{ klant.naam }},</p><p>Hierbij de creditnota van {{ factuur.totaal }}. We verrekenen haar met de "
        "volgende factuur.</p>",
    ),
}
SMS = {
    "Sms monteur onderweg": "{{ werkbon.medewerker }} is onderweg. {{ bedrijf.naam }}",
    "Sms afspraak morgen": "Morgen om {{ werkbon.tijd }} komen we langs. Bel {{ bedrijf.telefoon }} bij vragen.",
    "Sms werk gereed": "Het werk op {{ werkbon.datum }} is klaar. {{ bedrijf.naam }}",
    "Sms niet thuis": "We troffen je niet thuis. Bel {{ bedrijf.telefoon }} voor een nieuwe afspraak.",
}

HEADER = (
    "<header>{{ bedrijf.logo }}<p>{{ bedrijf.naam }}<br>{{ bedrijf.adres }}<br>{{ bedrijf.postcode }} "
    "{{ bedrijf.plaats }}</p></header>"
)
FOOTER = "<footer><p>{{ bedrijf.naam }} · btw {{ bedrijf.btw_nummer }} · IBAN {{ bedrijf.iban }}</p></footer>"
ADDRESS = "<address>{{ klant.naam }}<br>{{ klant.adres }}<br>{{ klant.postcode }} {{ klant.plaats }}</address>"

# name: (kind, body, columns and options that differ from the usual)
LAYOUTS = {
    "Factuur standaard": (
        "invoice",
        "<h1>Factuur {{ factuur.nummer }}</h1><p>Datum {{ factuur.datum }}, te betalen voor "
        "{{ factuur.vervaldatum }}</p>{{ factuur.regels }}<p>Totaal <strong>{{ factuur.totaal }}</strong></p>",
        {},
    ),
    "Factuur met werkbon": (
        "invoice",
        "<h1>Factuur {{ factuur.nummer }}</h1><p>Voor werkbon {{ werkbon.nummer }}: {{ werkbon.omschrijving }}</p>"
        "{{ factuur.regels }}<p>Subtotaal {{ factuur.subtotaal }}, btw {{ factuur.btw }}, totaal "
        "<strong>{{ factuur.totaal }}</strong></p>",
        {"show_code": True, "show_unit": True, "attach_pdf": True},
    ),
    "Creditnota": (
        "invoice",
        "<h1>Creditnota {{ factuur.nummer }}</h1><p>{{ factuur.referentie }}</p>{{ factuur.regels }}"
        "<p>Te ontvangen <strong>{{ factuur.totaal }}</strong></p>",
        {},
    ),
    "Offerte standaard": (
        "quotation",
        "<h1>Offerte {{ offerte.nummer }}</h1><p>{{ offerte.onderwerp }}</p>{{ offerte.regels }}<p>Totaal "
        "<strong>{{ offerte.totaal }}</strong>, geldig tot {{ offerte.geldig_tot }}</p>",
        {},
    ),
    "Offerte beknopt": (
        "quotation",
        "<h1>{{ offerte.onderwerp }}</h1><p>Voor {{ offerte.totaal }}, alles inbegrepen.</p>",
        {"show_unit_price": False, "show_quantity": False},
    ),
    "Werkbon standaard": (
        "work_order",
        "<h1>Werkbon {{ werkbon.nummer }}</h1><p>{{ werkbon.datum }}: {{ werkbon.omschrijving }}</p>"
        "{{ werkbon.regels }}{{ werkbon.formulieren }}{{ werkbon.handtekening }}",
        {"attach_pdf": True},
    ),
    "Werkbon zonder prijzen": (
        "work_order",
        "<h1>Werkbon {{ werkbon.nummer }}</h1><p>{{ werkbon.omschrijving }}</p>{{ werkbon.regels }}"
        "{{ werkbon.handtekening }}",
        {"show_unit_price": False, "show_amount": False, "show_vat": False},
    ),
    "Inspectierapport lang": (
        "work_order",
        "<h1>Inspectie {{ werkbon.nummer }}</h1><p>Object {{ werkbon.object }}</p>{{ werkbon.formulieren }}",
        {"show_quantity": False, "show_amount": False, "show_vat": False, "show_unit_price": False},
    ),
}

# name: (kind, layout, e-mail, reminder, VAT rate, options)
SCHEMES = {
    "Facturen standaard": (
        "invoice",
        "Factuur standaard",
        "Factuur versturen",
        "Betalingsherinnering",
        "HOOG",
        {"is_default": True},
    ),
    "Facturen met werkbon": (
        "invoice",
        "Factuur met werkbon",
        "Factuur versturen",
        "Betalingsherinnering",
        "HOOG",
        {"attach_work_order": True, "attach_forms": True},
    ),
    "Facturen btw verlegd": (
        "invoice",
        "Factuur standaard",
        "Factuur versturen",
        "Betalingsherinnering",
        "VERLEGD",
        {},
    ),
    "Creditnota's": ("invoice", "Creditnota", "Creditnota versturen", None, "HOOG", {}),
    "Offertes standaard": (
        "quotation",
        "Offerte standaard",
        "Offerte versturen",
        "Offerte herinnering",
        "HOOG",
        {"is_default": True},
    ),
    "Offertes beknopt": ("quotation", "Offerte beknopt", "Offerte versturen", "Offerte herinnering", "HOOG", {}),
}
