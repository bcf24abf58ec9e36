"""Forms for installation."""

INSTALLATION = """
--- Oplevering installatie | Installatie, Oplevering | Overdracht aan de klant
@toegang
# Gecontroleerd
Installatie volgens opdracht | janee!
Afwijkingen | text | ?Installatie volgens opdracht=nee
Beproefd op dichtheid | jnn!
Ingeregeld | jnn!
Documentatie overgedragen | checkboxes! | : handleiding; garantiebewijs; meetrapport
# Uitleg
Bediening uitgelegd | janee!
Aan wie | text
Restpunten | text
Opgelost voor | date
@afronding

--- Plaatsing cv-ketel | Installatie | Vervanging of nieuw
# Oud toestel
Oud toestel verwijderd | janee!
Merk en type oud toestel | text | ?Oud toestel verwijderd=ja
Afgevoerd | jnn
# Nieuw toestel
Merk en type | text!
Serienummer | text!
Vermogen | number! | ~Eenheid: kW
Rookgasafvoer | dropdown! | : concentrisch dakdoorvoer; concentrisch geveldoorvoer; collectief
# Ingebruikname
Gasdichtheid beproefd | janee!
Beproevingsdruk | number! | ~Eenheid: mbar
CO-gehalte rookgas | number! | ~Eenheid: ppm
Installatie gevuld op | number! | ~Eenheid: bar
Aangemeld bij fabrikant | janee!
@afronding

--- Plaatsing warmtepomp | Installatie | Binnen- en buitendeel
@lmra
# Opstelling
Buitendeel geplaatst op | radio! | : dak; gevel; maaiveld
Afstand tot erfgrens | number! | ~Eenheid: meter
Geluidsberekening aanwezig | janee!
# Koudetechniek
Koudemiddel | dropdown! | : R32; R290; R410A
Bijgevuld | number | ~Eenheid: kg
Vacuüm getrokken tot | number! | ~Eenheid: mbar
STEK-nummer monteur | text!
# Inregeling
Stooklijn ingesteld | janee!
Aanvoertemperatuur | number! | ~Eenheid: °C
Boilerprogramma uitgelegd | jnn!
@afronding

--- Plaatsing laadpaal | Installatie | Woning of bedrijf
# Meterkast
Hoofdaansluiting | dropdown! | : 1x35A; 3x25A; 3x35A; 3x50A; anders
Andere aansluiting | text | ?Hoofdaansluiting=anders
Aardlekautomaat type B | janee!
Load balancing | jnn!
# Laadpunt
Merk en type | text!
Serienummer | text!
Maximaal vermogen | radio! | : 3,7 kW; 7,4 kW; 11 kW; 22 kW
Kabellengte | number | ~Eenheid: meter
# Meetwaarden
Isolatieweerstand | number! | ~Eenheid: MΩ
Aardverspreidingsweerstand | number! | ~Eenheid: Ω
Proefgeladen | janee!
Foto van de opstelling | photo!
@afronding

--- Plaatsing zonnepanelen | Installatie | Dak, omvormer en aansluiting
@lmra
# Dak
Daktype | radio! | : pannendak; plat dak; staaldak
Aantal panelen | number!
Oriëntatie | dropdown! | : zuid; oost-west; oost; west
Schaduw | janee
Toelichting schaduw | text | ?Schaduw=ja
# Elektrisch
Omvormer | text!
Strings | number!
Spanning per string | number! | ~Eenheid: V
Aparte groep | janee!
Aangemeld bij netbeheerder | janee!
@afronding

--- Badkamer opname | Opname | Maten en wensen voor de offerte
# Ruimte
Lengte | number! | ~Eenheid: cm
Breedte | number! | ~Eenheid: cm
Hoogte | number! | ~Eenheid: cm
Ondergrond | radio! | : beton; hout; cementdekvloer
# Wensen
Sanitair | checkboxes | : inloopdouche; bad; dubbele wastafel; wandcloset; radiator
Vloerverwarming | janee!
Tegelkeuze bekend | janee
Budget | number | ~Eenheid: euro
# Leidingwerk
Afvoer verplaatsen | janee!
Standleiding bereikbaar | janee!
Asbest vermoed | janee!
@advies

--- Groepenkast vervangen | Installatie | Volgens NEN 1010
@lmra
# Bestaande situatie
Aantal groepen oud | number!
Aardlek aanwezig | janee!
Foto oude kast | photo!
# Nieuwe kast
Aantal groepen | number!
Aardlekschakelaars | number!
Hoofdschakelaar | dropdown! | : 40A 4-polig; 63A 4-polig; 40A 2-polig
Groepenverklaring geplaatst | janee!
# Metingen
Isolatieweerstand | number! | ~Eenheid: MΩ
Uitschakeltijd aardlek | number! | ~Eenheid: ms
Aardverspreidingsweerstand | number | ~Eenheid: Ω
@afronding

--- Ventilatie inregelen | Installatie, Onderhoud | Debieten per ruimte
# Unit
Type systeem | radio! | : A; B; C; D
Merk en type | text!
Filters geplaatst | jnn!
# Debieten
Woonkamer | number! | ~Eenheid: dm³/s
Keuken | number! | ~Eenheid: dm³/s
Badkamer | number! | ~Eenheid: dm³/s
Toilet | number | ~Eenheid: dm³/s
Slaapkamer 1 | number | ~Eenheid: dm³/s
Slaapkamer 2 | number | ~Eenheid: dm³/s
# Beoordeling
Voldoet aan Bouwbesluit | janee!
Geluid in hoogstand | number | ~Eenheid: dB(A)
Advies over kanalen | text
@afronding

--- Glasvezel aanleg | Installatie | Van overnamepunt tot werkplek
@toegang
# Tracé
Overnamepunt | text!
Lengte | number! | ~Eenheid: meter
Doorvoeren brandwerend afgewerkt | jnn!
# Meting
Demping 1310 nm | number! | ~Eenheid: dB
Demping 1550 nm | number! | ~Eenheid: dB
Aantal lassen | number!
Meetrapport toegevoegd | janee!
@afronding

--- Meerwerk | Installatie, Onderhoud, Storing | Akkoord van de klant voor extra werk
# Aanleiding
Waarom is het nodig | text!
Wie vraagt erom | radio! | : klant; monteur; architect; voorschrift
Foto van de situatie | photo
# Kosten
Geschatte uren | number! | ~Eenheid: uren
Geschat materiaal | number! | ~Eenheid: euro
Uitvoeren | radio! | : nu; in overleg plannen; niet
Geplande datum | date | ?Uitvoeren=in overleg plannen
# Akkoord
Voorwaarden | information | ~Meerwerk wordt verrekend tegen de afgesproken tarieven.
Naam opdrachtgever | text!
Betaling | dropdown! | : op factuur; pin; contant
Handtekening opdrachtgever | signature!
"""
