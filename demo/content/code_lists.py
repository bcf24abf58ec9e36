"""The code lists of the main administration."""

WORK_TYPES = """
Onderhoud | 90 | Periodiek onderhoud aan een installatie
Onderhoud cv-ketel | 60 | Jaarlijkse beurt van een cv-ketel
Onderhoud warmtepomp | 90 | Periodieke beurt van een warmtepomp
Onderhoud beveiliging | 75 | Alarm, camera's en toegang
Storing | 60 | Herstel van een storing
Storing spoed | 45 | Binnen vier uur ter plaatse
Installatie | 240 | Plaatsen en aansluiten
Oplevering | 60 | Overdracht aan de klant
Inspectie | 120 | Controle volgens norm
Inspectie brandveiligheid | 150 | Brandmelding, blusmiddelen en noodverlichting
Opname | 45 | Bezoek voor een offerte
Schoonmaak | 180 | Periodieke schoonmaak
Schoonmaak specialistisch | 240 | Glas, vloeren en dieptereiniging
Alarmopvolging | 30 | Bezoek na een melding
Garantie | 60 | Werk onder garantie
Nazorg | 30 | Controle na oplevering
Keuring | 90 | Keuring van gereedschap en materieel
Project | 480 | Werk in een project
"""
WORK_STATUSES = """
NIEUW | Nieuw
INGEPLAND | Ingepland
BEVESTIGD | Afspraak bevestigd
ONDERWEG | Monteur onderweg
BEZIG | In uitvoering
ONDERDELEN | Wacht op onderdelen
KLANT | Wacht op klant
OFFERTE | Offerte gevraagd
GEREED | Werk gereed
CONTROLE | Ter controle
FACTUREREN | Klaar voor facturatie
VERVALLEN | Vervallen
"""
HOUR_TYPES = """
NORMAAL | Normale uren | 62.50
OVERWERK | Overwerk 150% | 93.75
WEEKEND | Weekend 200% | 125.00
REIS | Reistijd | 48.00
SPOED | Spoedtoeslag | 35.00
LEERLING | Leerling-monteur | 38.00
PROJECT | Projectleiding | 85.00
KANTOOR | Werkvoorbereiding | 58.00
NACHT | Nachtdienst | 115.00
GARANTIE | Garantie-uren | 0.00
"""
PAYMENT_METHODS = """
FACTUUR | Op factuur, 14 dagen
FACTUUR30 | Op factuur, 30 dagen
INCASSO | Automatische incasso
PIN | Pin bij de monteur
CONTANT | Contant bij de monteur
IDEAL | Betaallink
VOORAF | Vooruitbetaling 50%
"""
VAT_RATES = """
HOOG | Btw hoog | 21.00
LAAG | Btw laag | 9.00
NUL | Btw 0% | 0.00
VERLEGD | Btw verlegd | 0.00
VRIJ | Vrijgesteld | 0.00
"""
PRIORITIES = """
SPOED | Spoed, binnen 4 uur
HOOG | Hoog, vandaag
NORMAAL | Normaal, binnen 3 dagen
LAAG | Laag, in overleg
PLAN | Volgens planning
"""
ERRORS = """
E01 | Geen warm water
E02 | Geen verwarming
E03 | Waterdruk te laag
E04 | Lekkage aan toestel
E05 | Lekkage aan leiding
E06 | Ontsteking werkt niet
E07 | Rookgas stroomt terug
E08 | Circulatiepomp defect
E09 | Sensor defect
E10 | Printplaat defect
E11 | Kortsluiting
E12 | Aardlek schakelt uit
E13 | Melder vervuild
E14 | Accu uitgeput
E15 | Doormelding valt uit
E16 | Camera geeft geen beeld
E17 | Deur sluit niet
E18 | Pas wordt niet gelezen
E19 | Filter vervuild
E20 | Ventilator maakt geluid
E21 | Afvoer verstopt
E22 | Pomp draait niet
E23 | Bedieningsfout
E24 | Geen fout gevonden
"""
SOLUTIONS = """
S01 | Onderdeel vervangen
S02 | Onderdeel gereinigd
S03 | Opnieuw ingeregeld
S04 | Bijgevuld en ontlucht
S05 | Leiding hersteld
S06 | Dichting vervangen
S07 | Software bijgewerkt
S08 | Opnieuw opgestart
S09 | Accu vervangen
S10 | Melder vervangen
S11 | Bekabeling hersteld
S12 | Doorgespoeld
S13 | Tijdelijk hersteld
S14 | Onderdeel besteld
S15 | Offerte uitgebracht
S16 | Uitleg gegeven
S17 | Doorverwezen naar leverancier
S18 | Toestel buiten bedrijf gesteld
S19 | Toestel vervangen
S20 | Filter vervangen
S21 | Smering aangebracht
S22 | Bevestiging hersteld
S23 | Onder garantie hersteld
S24 | Geen actie nodig
"""
FREE_FIELDS = """
meterstand | Meterstand gas | work_order | number
contractnummer | Contractnummer | work_order | text
inkooporder | Inkoopordernummer | work_order | text
toegang | Toegang tot het pand | work_order | dropdown | sleutel bij buren; sleutelkluis; op afspraak; receptie
asbest | Asbestinventarisatie aanwezig | work_order | checkbox
gereed_voor | Gereed voor | work_order | date
debiteurnummer | Debiteurnummer | customer | text
segment | Segment | customer | dropdown | particulier; vve; zakelijk; overheid; zorg
bouwjaar | Bouwjaar pand | object | number
garantie_tot | Garantie tot | object | date
kostenplaats | Kostenplaats | invoice | text
beslisdatum | Beslisdatum | quotation | date
"""
# key | text, or the setting that it points at as kind=code
DEVICE_POLICIES = """
standaard_werktype | work_type=Storing
standaard_status | work_status=INGEPLAND
standaard_betaalwijze | payment_method=FACTUUR
foto_kwaliteit | hoog
foto_maximaal | 20
locatie_delen | tijdens werktijd
offline_dagen | 7
handtekening_verplicht | ja
taal | nl
materiaal_scannen | ja
"""
