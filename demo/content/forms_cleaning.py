"""Forms for cleaning and general service."""

CLEANING = """
--- Schoonmaakcontrole kantoor | Schoonmaak, Inspectie | Kwaliteitsmeting per ruimte
@toegang
# Werkplekken
Bureaus stofvrij | oordeel!
Vloer | oordeel!
Prullenbakken geleegd | janee!
Vensterbanken | oordeel
Deurklinken gedesinfecteerd | janee!
# Sanitair
Toiletten | oordeel!
Wastafels | oordeel!
Zeep en papier aangevuld | janee!
Geur | radio! | : fris; neutraal; niet fris
# Pantry
Aanrecht | oordeel!
Koffieapparaat | oordeel!
Koelkast | oordeel
Afval gescheiden | janee!
@advies
@afronding

--- Glasbewassing | Schoonmaak | Binnen- en buitenzijde
@lmra
# Uitvoering
Buitenzijde | janee!
Binnenzijde | janee!
Methode | radio! | : telewas; ladder; hoogwerker; gondel
Oppervlakte | number | ~Eenheid: m²
Kozijnen afgenomen | janee!
# Resultaat
Strepen | radio! | : geen; enkele; veel
Beschadigingen vooraf | janee!
Omschrijving beschadiging | text | ?Beschadigingen vooraf=ja
Foto beschadiging | photo | ?Beschadigingen vooraf=ja
@afronding

--- Vloeronderhoud | Schoonmaak | Strippen, schrobben en in de was
# Vloer
Soort vloer | dropdown! | : linoleum; pvc; natuursteen; tapijt; gietvloer
Oppervlakte | number! | ~Eenheid: m²
Staat vooraf | oordeel!
Meubilair verplaatst | janee!
# Behandeling
Gestript | janee!
Aantal waslagen | number | ?Gestript=ja
Schrobmachine | janee!
Gebruikt middel | text!
Droogtijd | number | ~Eenheid: uren
# Resultaat
Glans | oordeel!
Stroefheid | oordeel!
Vrijgegeven om | time!
Foto na afloop | photo
@afronding

--- Dieptereiniging keuken | Schoonmaak | Grootkeuken volgens HACCP
@lmra
# Apparatuur
Afzuigkap | oordeel!
Vetfilters gereinigd | janee!
Ovens | oordeel!
Friteuses | oordeel!
Koelcellen | oordeel!
# Ruimte
Wanden | oordeel!
Vloer en putjes | oordeel!
Vetafscheider geleegd | jnn!
ATP-meting | number! | ~Eenheid: RLU
Vrijgegeven voor gebruik | janee!
@afronding

--- Oplevering schoonmaak na bouw | Schoonmaak, Oplevering | Eindschoonmaak
# Ruimten
Aantal ruimten | number!
Bouwstof verwijderd | janee!
Stickers en folie verwijderd | janee!
Ramen binnen | oordeel!
Ramen buiten | oordeel!
# Sanitair
Tegelwerk vrij van cementsluier | janee!
Kranen en afvoeren | oordeel!
Kitranden vrij van vuil | janee!
Beschadigingen | text
# Oplevering
Opgeleverd aan | text!
Restpunten | janee!
Welke restpunten | text | ?Restpunten=ja
Hersteld voor | date | ?Restpunten=ja
@afronding

--- Ongediertebestrijding | Schoonmaak, Inspectie | Bezoek volgens plan van aanpak
# Waarneming
Soort | dropdown! | : muizen; ratten; kakkerlakken; wespen; vliegen; geen
Mate van overlast | radio! | : geen; licht; matig; ernstig
Locatie van sporen | text
Foto van sporen | photo
# Lokdozen
Aantal lokdozen | number!
Vraat geconstateerd | janee!
Bij welke lokdozen | text | ?Vraat geconstateerd=ja
Lokaas vervangen | janee!
# Wering
Kieren en gaten gedicht | jnn!
Hygiëne | oordeel!
Bouwkundig advies | text
Volgend bezoek | date!
@afronding

--- Wisselen sanitaire voorzieningen | Schoonmaak | Matten, dispensers en verbruik
# Matten
Aantal gewisseld | number!
Beschadigde matten | number | =0
Formaat klopt | janee!
Plaats klopt | janee!
# Dispensers
Zeep bijgevuld | number!
Papier bijgevuld | number!
Luchtverfrisser vervangen | jnn!
Defecte dispensers | number | =0
# Levering
Geleverd volgens bon | janee!
Afwijking | text | ?Geleverd volgens bon=nee
Extra besteld | text
Handtekening ontvangst | signature!

--- Werkbon algemeen | | Voor werk waarvoor geen eigen formulier bestaat
@toegang
@werkzaamheden
@advies
@afronding

--- Klanttevredenheid | | Kort gesprek na afloop
# Waardering
Over het werk | radio! | : uitstekend; goed; voldoende; onvoldoende
Over de communicatie | radio! | : uitstekend; goed; voldoende; onvoldoende
Op tijd gekomen | janee!
Zou ons aanbevelen | janee!
# Toelichting
Wat ging goed | text
Wat kan beter | text
Terugbellen gewenst | janee!
Telefoonnummer | text | ?Terugbellen gewenst=ja
# Afsluiting
Dank | information | ~Dank je wel. We lezen iedere opmerking.
Naam | text
Datum van het gesprek | date!
Gesproken door | text!

--- Incident of bijna-ongeval | | Melden binnen 24 uur
# Wat is er gebeurd
Datum | date!
Tijd | time!
Soort | radio! | : ongeval; bijna-ongeval; gevaarlijke situatie; milieu
Omschrijving | text!
Foto van de plek | photo
# Gevolgen
Letsel | janee!
Welk letsel | text | ?Letsel=ja
Arts of ambulance | janee | ?Letsel=ja
Schade aan eigendommen | janee!
# Maatregelen
Direct genomen maatregel | text!
Oorzaak | dropdown! | : gedrag; gereedschap; omgeving; instructie; derden
Voorstel om herhaling te voorkomen | text
Gemeld aan | text!
Handtekening melder | signature!
"""
