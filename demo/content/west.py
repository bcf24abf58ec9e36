"""The settings of the branch West: its own codes, and forms of which two bear a name of the main administration."""

from typing import Any

WORK_TYPES = """
Servicebeurt | 75 | Jaarlijkse servicebeurt
Reparatie | 60 | Herstel bij de klant
Montage | 300 | Nieuwe installatie
Controleronde | 90 | Controle van installaties
"""
WORK_STATUSES = """
10 | Aangenomen
20 | Op de planning
30 | Mee bezig
40 | Klaar
50 | Naar administratie
"""
HOUR_TYPES = """
U1 | Uren monteur | 59.00
U2 | Uren avond | 88.50
KM | Reisuren | 45.00
"""
PAYMENT_METHODS = """
B1 | Rekening
B2 | Direct afrekenen
"""
VAT_RATES = """
V21 | Btw 21 | 21.00
V9 | Btw 9 | 9.00
"""
PRIORITIES = """
P1 | Direct
P2 | Deze week
"""
ERRORS = """
W1 | Toestel doet niets
W2 | Lekkage
W3 | Lawaai
"""
SOLUTIONS = """
R1 | Vervangen
R2 | Gerepareerd
R3 | Afgesteld
"""

FORMS = """
--- Onderhoud cv-ketel | Servicebeurt | Zoals West het al jaren doet
# Ketel
Merk | text!
Leeftijd | number | ~In jaren
Laatste beurt | date
Opstelplaats | dropdown! | : zolder; bijkeuken; berging; kelder
# Meten
CO | number! | ~Eenheid: ppm
Gasdruk | number! | ~Eenheid: mbar
Waterdruk | number! | ~Eenheid: bar
Rookgasafvoer dicht | janee!
@afronding

--- Oplevering installatie | Montage | Kort opleverformulier
# Werk
Wat is gemaakt | text!
Getest | janee!
Restpunten | text
Garantie uitgelegd | janee!
# Tekenen
Naam klant | text!
Datum oplevering | date!
Tevreden | janee!
Handtekening klant | signature!

--- Servicebeurt verwarmingstoestel | Servicebeurt, Reparatie | Voor warmtepompen en hybride toestellen
# Toestel
Soort toestel | radio! | : warmtepomp; hybride; elektrische ketel
Merk en type | text!
Koudemiddel | text
Filters gereinigd | janee!
# Meten
Aanvoer | number! | ~Eenheid: °C
Retour | number! | ~Eenheid: °C
Lekkage koudemiddel | janee!
Geluid | oordeel
@afronding
"""
WORKFLOWS = """
--- Controle West | Controleronde | Vaste ronde langs ketels
customer
predefined_form! | Ketel nalopen | Onderhoud cv-ketel
hour
work_status | Klaar | 40
send

--- Montage West | Montage | Nieuwe installatie met oplevering
customer
work_details
timer_start
material
hour
timer_stop
predefined_form! | Oplevering | Oplevering installatie
work_status | Klaar | 40
signature!
send

--- Werkwijze West | Servicebeurt, Reparatie | Alles in één
customer
timer_start
predefined_form! | Beurt | Servicebeurt verwarmingstoestel
forms | Kies nog een formulier
material
hour
timer_stop
work_status | Klaar | 40
signature!
send
"""
EMAILS = {
    "Bericht van West": (
        "Je werkbon {{ werkbon.nummer }}",
        "<p>Beste {{ klant.naam }},</p><p>Hierbij de werkbon van {{ werkbon.datum }}.</p><p>{{ bedrijf.naam }}</p>",
    ),
}
LAYOUTS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "Factuur West": (
        "invoice",
        "<h1>Rekening {{ factuur.nummer }}</h1>{{ factuur.regels }}<p>Te betalen: {{ factuur.totaal }}</p>",
        {},
    ),
    "Prijsopgave West": (
        "quotation",
        "<h1>Prijsopgave {{ offerte.nummer }}</h1>{{ offerte.regels }}<p>Samen: {{ offerte.totaal }}</p>",
        {},
    ),
}
SCHEMES = {
    "Rekeningen West": ("invoice", "Factuur West", "Bericht van West", None, "V21", {"is_default": True}),
    "Prijsopgaven West": ("quotation", "Prijsopgave West", "Bericht van West", None, "V21", {"is_default": True}),
}
