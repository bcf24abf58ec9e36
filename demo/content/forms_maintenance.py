"""Forms for maintenance."""

MAINTENANCE = """
--- Onderhoud cv-ketel | Onderhoud, Onderhoud cv-ketel | Jaarlijkse beurt van een gasgestookt toestel
# Toestel
Merk en type | text!
Serienummer | text
Bouwjaar | number
Klasse | dropdown! | : HR; VR; combi; indirect gestookt | =HR
Opstelling | radio! | : open; gesloten
# Controle
Brander gereinigd | janee!
Warmtewisselaar gereinigd | janee!
Sifon gespoeld | jnn!
Ontstekingspen | oordeel!
Expansievat op druk | janee!
Voordruk expansievat | number | ~Eenheid: bar | ?Expansievat op druk=nee
Rookgasafvoer | oordeel!
# Metingen
CO-gehalte | number!
CO₂-gehalte | number! | ~Eenheid: %
Rookgastemperatuur | number | ~Eenheid: °C
Gasvoordruk | number! | ~Eenheid: mbar
Waterdruk na afloop | number! | ~Eenheid: bar
Belasting | number | ~Eenheid: kW
@advies
@afronding

--- Onderhoud warmtepomp | Onderhoud, Onderhoud warmtepomp | Periodieke beurt lucht-water of bodem
# Toestel
Merk en type | text!
Soort | radio! | : lucht-water; bodem; hybride
Koudemiddel | dropdown! | : R32; R290; R410A; R134a
Vulling | number | ~Eenheid: kg
# Buitendeel
Lamellen gereinigd | jnn!
Condensafvoer vrij | janee!
Trillingdempers | oordeel
Geluid | radio | : normaal; hoorbaar; storend
# Metingen
Aanvoertemperatuur | number! | ~Eenheid: °C
Retourtemperatuur | number! | ~Eenheid: °C
Debiet | number | ~Eenheid: l/min
Lekcontrole koudemiddel | akkoord!
Locatie van het lek | text | ?Lekcontrole koudemiddel=niet akkoord
@advies
@afronding

--- Onderhoud luchtbehandelingskast | Onderhoud | Filters, riemen en regeling
@toegang
# Filters
Filterklasse toevoer | dropdown! | : ePM1 80%; ePM10 50%; Coarse 60%
Filters vervangen | janee!
Drukverschil voor | number | ~Eenheid: Pa
Drukverschil na | number | ~Eenheid: Pa
# Ventilatoren
V-snaren | oordeel!
Lagers | oordeel!
Toerental toevoer | number | ~Eenheid: omw/min
Toerental afvoer | number | ~Eenheid: omw/min
# Regeling
Ingestelde temperatuur | number | ~Eenheid: °C
Vorstbeveiliging getest | janee!
Brandkleppen getest | jnn!
@afronding

--- Onderhoud airco | Onderhoud | Split- en multisplitunits
# Binnendeel
Filters gereinigd | janee!
Verdamper gereinigd | janee!
Condensafvoer gespoeld | janee!
Geur | radio | : geen; licht; sterk
# Buitendeel
Condensor gereinigd | janee!
Bevestiging | oordeel!
Leidingisolatie | oordeel!
# Metingen
Uitblaastemperatuur | number! | ~Eenheid: °C
Zuigdruk | number | ~Eenheid: bar
Persdruk | number | ~Eenheid: bar
Opgenomen stroom | number | ~Eenheid: A
@afronding

--- Storing verwarming | Storing | Diagnose en herstel
# Melding
Klacht volgens klant | text!
Storingscode op display | text
Hoe lang bestaat de storing | dropdown | : vandaag; enkele dagen; langer dan een week
# Diagnose
Oorzaak | dropdown! | : ontsteking; gasblok; circulatiepomp; sensor; printplaat; waterdruk; anders
Andere oorzaak | text | ?Oorzaak=anders
Gasdicht gecontroleerd | janee!
CO gemeten in de ruimte | janee!
Gemeten CO | number | ~Eenheid: ppm | ?CO gemeten in de ruimte=ja
@werkzaamheden
@advies
@afronding

--- Legionellabeheer | Onderhoud, Inspectie | Spoelen en meten volgens beheersplan
@toegang
# Temperatuurmetingen
Tappunt | text!
Koud water na 2 minuten | number! | ~Eenheid: °C, ten hoogste 25
Warm water na 1 minuut | number! | ~Eenheid: °C, ten minste 60
Boilertemperatuur | number | ~Eenheid: °C
# Spoelen
Spoelduur | number! | ~Eenheid: minuten
Keerkleppen getest | jnn!
Monster genomen | janee!
Monsternummer | text | ?Monster genomen=ja
@afronding

--- Onderhoud liftinstallatie | Onderhoud | Maandelijkse beurt
@lmra
# Cabine en deuren
Verlichting | oordeel!
Noodoproep getest | akkoord!
Deurcontacten | oordeel!
Lichtscherm | oordeel!
Stopnauwkeurigheid | number | ~Eenheid: mm
# Machinekamer
Remwerking | oordeel!
Draagkabels | oordeel!
Olieniveau | oordeel
Besturing zonder foutmeldingen | janee!
@afronding

--- Onderhoud zonnepanelen | Onderhoud | Reiniging en opbrengst
@lmra
# Installatie
Aantal panelen | number!
Merk omvormer | text
Vervuiling | radio! | : schoon; licht; zwaar
Beschadigde panelen | number | =0
# Opbrengst
Stand omvormer | number! | ~Eenheid: kWh
Isolatieweerstand | number | ~Eenheid: MΩ
Stringspanning | number | ~Eenheid: V
Monitoring online | janee!
@afronding

--- Onderhoud riool en pomp | Onderhoud, Storing | Pompput en leidingwerk
# Pompput
Pomp 1 draait | janee!
Pomp 2 draait | jnn!
Vlotters schoon | janee!
Draaiuren pomp 1 | number
Draaiuren pomp 2 | number
# Leidingwerk
Gereinigd over | number | ~Eenheid: meter
Camera-inspectie | janee!
Bevindingen camera | text | ?Camera-inspectie=ja
Terugslagklep | oordeel!
@werkzaamheden
@afronding

--- Conditiemeting gebouw | Inspectie | Volgens NEN 2767
@toegang
# Bouwkundig
Dak | dropdown! | : 1 uitstekend; 2 goed; 3 redelijk; 4 matig; 5 slecht; 6 zeer slecht
Gevel | dropdown! | : 1 uitstekend; 2 goed; 3 redelijk; 4 matig; 5 slecht; 6 zeer slecht
Kozijnen | dropdown! | : 1 uitstekend; 2 goed; 3 redelijk; 4 matig; 5 slecht; 6 zeer slecht
Foto van het ergste gebrek | photo
# Technisch
Verwarming | dropdown! | : 1 uitstekend; 2 goed; 3 redelijk; 4 matig; 5 slecht; 6 zeer slecht
Elektra | dropdown! | : 1 uitstekend; 2 goed; 3 redelijk; 4 matig; 5 slecht; 6 zeer slecht
Sanitair | dropdown! | : 1 uitstekend; 2 goed; 3 redelijk; 4 matig; 5 slecht; 6 zeer slecht
# Begroting
Direct nodig | text
Geschatte kosten | number | ~Eenheid: euro
Uitvoeren in jaar | number
@afronding
"""
