"""Twenty forms of this field that anybody can look up, rebuilt by hand as XLSForms, in our own words.

Each has the address where it was seen. A row is `type | id | label | column=value; …`; a line with @ gives a list.
"""

OK_NG = "@oordeel ok=In orde, ng=Niet in orde, nvt=N.v.t."
PASS = "@uitslag goed=Goedgekeurd, af=Afgekeurd"

PUBLIC_FORMS = {
    "hvacbeginners.com/hvac-checklist-to-prevent-callbacks": """
select_multiple binnen | binnen | Binnendeel nagelopen
@binnen afvoer=Afvoer vrij, batterij=Batterij schoon, filter=Filter gereinigd, voeler=Voeler vast
decimal | aanvoer | Temperatuur aanvoer | hint=°C
decimal | retour | Temperatuur retour | hint=°C
calculate | verschil | Temperatuurverschil | calculation=${retour} - ${aanvoer}
text | koudemiddel | Soort koudemiddel
decimal | zuigdruk | Zuigdruk | constraint=. > 0
decimal | persdruk | Persdruk | constraint=. > ${zuigdruk}; constraint_message=De persdruk is hoger dan de zuigdruk
decimal | spanning | Spanning over de condensator | constraint=. > 0
decimal | stroom | Stroom startwikkeling
calculate | microfarad | Condensator in µF | calculation=round(${stroom} * 2652 div ${spanning}, 1)
text | opmerkingen | Opmerkingen | appearance=multiline
""",
    "mangoapps.com/templates/inspections/hvac-preventive-maintenance-inspection": f"""
{OK_NG}
begin_group | lucht | Luchtbehandeling
select_one oordeel | filters | Filters vervangen | required=yes
text | filtermaat | Type en maat van het filter | relevant=${{filters}} = 'ok'
select_one oordeel | lekbak | Lekbak en afvoer getest met water
end_group
begin_group | koeling | Compressoren en condensors
select_one oordeel | olie | Geen oliesporen | required=yes
image | oliefoto | Foto van het oliespoor | relevant=${{olie}} = 'ng'; required=${{olie}} = 'ng'
decimal | superheat | Oververhitting
end_group
begin_group | vast | Vastleggen
integer | uren | Draaiuren | constraint=. >= 0
image | hand | Handtekening | appearance=signature
end_group
""",
    "deswsp.msblab.com/public/New%20Text%20Document.html": """
date | datum | Datum | required=yes
text | serie | Serienummer
begin_repeat | punten | Controlepunten
select_one punt or_other | punt | Wat is gecontroleerd | required=yes
@punt filter=Luchtfilter, batterij=Verdamper, afvoer=Condensafvoer, condensator=Condensator, geluid=Geluid
select_one stand | stand | Stand | required=yes
@stand ok=In orde, let=Aandacht, nvt=N.v.t.
decimal | meting | Gemeten in µF | relevant=${punt} = 'condensator'
text | actie | Wat is gedaan | required=${stand} = 'let'
end_repeat
integer | aandacht | Aantal punten | relevant=count(${punt}) > 0
""",
    "activepdfforms.com/elevator-inspection-checklist": f"""
{OK_NG}
select_one soort | soort | Soort lift
@soort personen=Personenlift, goederen=Goederenlift, etens=Etenslift
select_one keuring | keuring | Soort keuring
@keuring periodiek=Periodiek, oplevering=Oplevering
decimal | snelheid | Snelheid | constraint=. > 0
integer | last | Hefvermogen in kg
begin_group | kooi | In de kooi
select_one oordeel | deur | Deur opent opnieuw
select_one oordeel | licht | Verlichting
select_one oordeel | nood | Noodsignaal | relevant=${{soort}} = 'personen'
end_group
begin_group | machine | Machinekamer
select_one oordeel | schijf | Tractieschijf
select_one oordeel | pomp | Hydraulisch aggregaat
end_group
text | keurmeester | Naam van de keurmeester | required=yes
image | hand | Handtekening | appearance=signature
""",
    "public-library.safetyculture.io/products/lift-inspection-report": """
text | gebouw | Gebouw | required=yes
integer | liften | Aantal liften | constraint=. >= 1
integer | stops | Aantal verdiepingen
select_multiple dagboek | dagboek | Bijgewerkt in het logboek | hint=Minstens één; required=yes
@dagboek maand=Maandcontrole, kabel=Kabelcontrole, jaar=Jaarlijkse proef, buffer=Bufferproef
date | blusser | Blusser geldig tot | constraint=. > today(); constraint_message=De blusser is verlopen
integer | lux | Verlichting in lux
note | telaag | Er is te weinig licht: 300 lux is nodig | relevant=${lux} < 300
select_one jn | rem | Rem in goede staat
@jn ja=Ja, nee=Nee
image | remfoto | Foto van de rem | required=${rem} = 'nee'; relevant=${rem} = 'nee'
""",
    "ostarelevator.com/80.html": """
acknowledge | kooi | Kooi nagelopen
acknowledge | licht | Lampen vervangen waar nodig
select_one stopt | stopt | Stopt gelijk met de vloer
@stopt ja=Ja, bijgesteld=Bijgesteld
integer | afwijking | Afwijking in mm | relevant=${stopt} = 'bijgesteld'; constraint=. > 0 and . <= 50
text | olie | Oliepeil
text | log | Wat in het logboek kwam | appearance=multiline; required=yes
""",
    "scribd.com/document/849757616/schedule-of-circuit-details": """
text | verdeler | Verdeler | required=yes
text | meter | Serienummer van het meetinstrument
begin_repeat | groepen | Groepen
text | groep | Groep | required=yes
decimal | doorsnede | Doorsnede in mm²
select_one soort | beveiliging | Beveiliging
@soort a=Automaat, aardlek=Aardlekautomaat, zekering=Smeltveiligheid
decimal | isolatie | Isolatieweerstand in MΩ | constraint=. >= 1; constraint_message=Minder dan 1 MΩ is onveilig
decimal | lus | Circuitimpedantie in Ω
integer | tijd1 | Aanspreektijd bij 1×IΔn in ms | relevant=${beveiliging} = 'aardlek'; constraint=. <= 300
integer | tijd5 | Aanspreektijd bij 5×IΔn in ms | relevant=${beveiliging} = 'aardlek'; constraint=. <= 40
end_repeat
calculate | hoogst | Hoogste circuitimpedantie | calculation=max(${lus})
image | hand | Handtekening | appearance=signature
""",
    "legionella.io/templates/temperature-monitoring-log": """
begin_repeat | punten | Tappunten
date | datum | Datum | required=yes
text | punt | Tappunt | required=yes
select_one soort | soort | Soort
@soort sentinel=Verste of dichtste, gewoon=Representatief
decimal | warm | Warm in °C | constraint=. >= 0 and . <= 100
decimal | koud | Koud in °C | constraint=. >= 0 and . <= 60
calculate | binnen | Binnen de grenzen | calculation=if(${warm} >= 50 and ${koud} <= 20, 'ja', 'nee')
text | actie | Wat is gedaan | required=${binnen} = 'nee'
text | paraaf | Paraaf | constraint=string-length(.) <= 4
end_repeat
""",
    "legionella.io/templates/flushing-record-sheet": """
begin_repeat | punten | Weinig gebruikte punten
date | datum | Datum
text | punt | Tappunt | required=yes
select_one jn | gespoeld | Gespoeld | required=yes
@jn ja=Ja, nee=Nee
integer | minuten | Minuten | relevant=${gespoeld} = 'ja'; required=${gespoeld} = 'ja'; constraint=. >= 1
decimal | warm | Warm na spoelen in °C
decimal | koud | Koud na spoelen in °C
text | reden | Waarom niet | relevant=${gespoeld} = 'nee'
end_repeat
calculate | totaal | Minuten samen | calculation=sum(${minuten})
""",
    "studylib.net/doc/7691816/sample-recording-sheets": """
begin_repeat | vaten | Boilers
integer | nummer | Nummer van het vat | required=yes
decimal | uit | Uitgaand in °C | constraint=. >= 60; constraint_message=Minstens 60 °C
decimal | terug | Retour in °C | constraint=. >= 50
end_repeat
begin_repeat | koppen | Douchekoppen
text | kop | Nummer op de plattegrond
select_multiple gedaan | gedaan | Gedaan
@gedaan uit=Uit elkaar, schoon=Gereinigd, ontkalkt=Ontkalkt, nieuw=Vervangen
end_repeat
calculate | laagst | Laagste uitgaande temperatuur | calculation=min(${uit})
""",
    "iowa-city.org backflow prevention assembly test data": """
date | datum | Datum van de proef | required=yes
time | tijd | Tijd
decimal | druk | Voordruk
select_one soort | soort | Soort keerklep | required=yes
@soort rpa=Gecontroleerde druk, dca=Dubbele keerklep, pvb=Beluchter
decimal | klep1 | Drukval over klep 1 | relevant=${soort} = 'rpa' or ${soort} = 'dca'; constraint=. >= 1
decimal | ontlast | Openingsdruk ontlastklep | relevant=${soort} = 'rpa'; constraint=. >= 2
calculate | marge | Klep 1 min ontlastklep | relevant=${soort} = 'rpa'; calculation=${klep1} - ${ontlast}
note | afgekeurd | De marge is kleiner dan 3: afgekeurd | relevant=${marge} < 3
select_one jn | dicht | Klep 2 houdt tegendruk
@jn ja=Ja, nee=Nee
date | ijking | Manometer geijkt op | constraint=today() - . <= 365; constraint_message=De ijking is ouder dan een jaar
image | hand1 | Handtekening keurder | appearance=signature
image | hand2 | Handtekening eigenaar | appearance=signature
""",
    "fill.io/Backflow-Prevention-Assembly-Test-Report": f"""
{PASS}
select_one pand | pand | Pand
@pand bedrijf=Bedrijf, woning=Woning
select_one soort | soort | Soort toestel
@soort rpba=RPBA, dcva=DCVA, pvb=PVB, rpda=RPDA, dcda=DCDA, ag=Onderbreking
text | merk | Merk
text | oud | Serienummer van het oude toestel | relevant=${{vervangt}} = 'ja'
select_one jn | vervangt | Vervangt een ander toestel
@jn ja=Ja, nee=Nee
decimal | a | Eerste klep
decimal | b | Ontlastklep
calculate | buffer | Buffer | calculation=${{a}} - ${{b}}
select_one uitslag | uitslag | Uitslag | required=yes
select_multiple reden | redenen | Waarom afgekeurd | relevant=${{uitslag}} = 'af'; required=yes
@reden zand=Zand of gruis, koper=Koperresten, verf=Vet of verf, anders=Iets anders
text | anders | Wat dan | relevant=selected(${{redenen}}, 'anders'); required=selected(${{redenen}}, 'anders')
""",
    "cupdf.com/document/backflow-assembly-test-form": f"""
{PASS}
text | vergunning | Vergunning
time | begin | Begin
time | eind | Eind | constraint=. > ${{begin}}
begin_repeat | proeven | Eerste en laatste proef | repeat_count=2
decimal | opent | Opent bij
select_one kl | klep | Keerklep
@kl dicht=Sluit, lekt=Lekt
select_multiple werk | werk | Gerepareerd | relevant=${{klep}} = 'lekt'
@werk schoon=Gereinigd, nieuw=Vervangen, schijf=Schijf, veer=Veer, zitting=Zitting
end_repeat
select_one uitslag | uitslag | Uitslag | required=yes
""",
    "fill.io/Forkliftinspectiongeneral": """
@ob ok=In orde, rep=Reparatie nodig
text | truck | Nummer van de truck | required=yes
integer | stand0 | Urenstand begin | constraint=. >= 0
integer | stand1 | Urenstand eind | constraint=. >= ${stand0}
calculate | uren | Gedraaide uren | calculation=${stand1} - ${stand0}
select_one ob | stuur | Sturen | required=yes
select_one ob | rem | Bedrijfsrem | required=yes
select_one ob | vork | Vorken | required=yes
note | niet | Niet gebruiken | relevant=${stuur} = 'rep' or ${rem} = 'rep' or ${vork} = 'rep'
text | opmerking | Opmerkingen | required=${stuur} = 'rep' or ${rem} = 'rep' or ${vork} = 'rep'
""",
    "fill.io/Forkliftinspectionecs": """
@ob ok=In orde, rep=Reparatie nodig
barcode | truck | Code op de truck | required=yes
integer | uren | Urenstand
range | accu | Lading van de accu | parameters=start=0 end=10 step=1
note | laden | Eerst laden | relevant=${accu} < 2
select_one ob | water | Waterpeil van de accu
select_one ob | lekkage | Geen lekkage | required=yes
image | foto | Foto | relevant=${lekkage} = 'rep'
""",
    "icwgroup.safetynow.com/tool-forklift-safety-checklists": """
@ob ok=In orde, onderhoud=Onderhoud
date | datum | Datum | required=yes
text | bestuurder | Bestuurder | required=yes
select_one brandstof | brandstof | Brandstof
@brandstof gas=LPG, diesel=Diesel, benzine=Benzine
select_one ob | tank | Gastank zonder roest | relevant=${brandstof} = 'gas'
select_one ob | filter | Dieselfilter | relevant=${brandstof} = 'diesel'
begin_repeat | bijgevuld | Bijgevuld
select_one wat | wat | Wat
@wat brandstof=Brandstof, olie=Motorolie, koel=Koelvloeistof, hydro=Hydrauliek
decimal | liter | Liters | required=yes; constraint=. > 0
end_repeat
calculate | liters | Liters samen | calculation=sum(${liter})
""",
    "public-library.safetyculture.io/products/emergency-generator-inspection-report": """
text | model | Model
decimal | vermogen | Vermogen in kW | required=yes; constraint=. > 0
calculate | dertig | 30% van het vermogen | calculation=round(${vermogen} * 0.3, 1)
select_one jn | olie | Oliepeil in orde
@jn ja=Ja, nee=Nee, nvt=N.v.t.
decimal | dichtheid | Soortelijk gewicht accu | constraint=. >= 1.1 and . <= 1.35
decimal | begin | Tellerstand begin
decimal | eind | Tellerstand eind | constraint=. >= ${begin}
calculate | duur | Minuten gedraaid | calculation=round((${eind} - ${begin}) * 60, 0)
note | kort | Korter dan 30 minuten: proef overdoen | relevant=${duur} < 30
decimal | belasting | Belasting in kW
note | laag | Belasting lager dan 30% | relevant=${belasting} < ${dertig}
""",
    "signnow.com generator checklist weekly": """
datetime | moment | Wanneer | required=yes
text | wie | Naam | required=yes
text | serie | Serienummer
select_multiple punten | punten | Nagelopen
@punten olie=Olie, koel=Koelvloeistof, accu=Accu, brandstof=Brandstof, uitlaat=Uitlaat
text | gebrek | Gebreken | appearance=multiline; relevant=count-selected(${punten}) < 5
geopoint | plek | Waar het aggregaat staat
audio | geluid | Opname van het geluid
""",
    "azchecklists.com/checklists/inspection/fire-extinguisher-inspection-checklist": f"""
{OK_NG}
begin_repeat | blussers | Blustoestellen
barcode | code | Code | required=yes
select_one oordeel | plaats | Op zijn plaats
select_one oordeel | bereikbaar | Bereikbaar
select_one oordeel | staat | Zonder deuken of roest
select_one oordeel | druk | Manometer in het groen
image | foto | Foto | required=${{staat}} = 'ng' or ${{druk}} = 'ng'
date | keuring | Laatste keuring | constraint=. <= today()
calculate | dagen | Dagen sinds de keuring | calculation=today() - ${{keuring}}
note | verlopen | De keuring is verlopen | relevant=${{dagen}} > 365
end_repeat
calculate | aantal | Aantal toestellen | calculation=count(${{code}})
""",
    "process.st/checklist/fire-extinguisher-inspection-checklist": """
text | keurder | Naam | required=yes
text | mail | E-mail | constraint=regex(., '[^@]+@[^@]+')
text | plek | Plaats van het toestel | required=yes
select_one jn | vol | Is het toestel vol
@jn ja=Ja, nee=Nee
select_one drukken | druk | Stand van de manometer
@drukken laag=Te laag, goed=Goed, hoog=Te hoog
note | leverancier | Laat het toestel vullen | relevant=${vol} = 'nee' or ${druk} != 'goed' and ${druk} != ''
select_one jn | zegel | Verzegeling heel
video | film | Film van de schade | relevant=${zegel} = 'nee'
text | besluit | Voorstel | appearance=multiline
""",
}
