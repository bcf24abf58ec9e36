"""Forms for security and fire safety."""

SECURITY = """
--- Inspectie brandmeldinstallatie | Inspectie, Inspectie brandveiligheid | Jaarlijkse beproeving volgens NEN 2654-1
@toegang
# Brandmeldcentrale
Merk en type | text!
Storingen in logboek | janee!
Welke storingen | text | ?Storingen in logboek=ja
Accu's getest | akkoord!
Doormelding getest | jnn!
# Melders
Aantal melders | number!
Getest dit bezoek | number!
Vervuilde melders | number | =0
Handbrandmelders getest | janee!
Sturingen getest | checkboxes | : brandkleppen; deurmagneten; liften; ontruiming
@keuring
@afronding

--- Inspectie noodverlichting | Inspectie, Inspectie brandveiligheid | Jaarlijkse controle van armaturen
@toegang
# Armaturen
Aantal armaturen | number!
Defecte lampen | number! | =0
Defecte accu's | number! | =0
Autonomietijd gehaald | janee!
Gemeten autonomietijd | number | ~Eenheid: minuten | ?Autonomietijd gehaald=nee
# Vluchtroute
Pictogrammen zichtbaar | janee!
Vluchtweg vrij | janee!
Obstakels | text | ?Vluchtweg vrij=nee
Foto | photo
@keuring
@afronding

--- Inspectie brandblusmiddelen | Inspectie, Inspectie brandveiligheid | Blussers en haspels
# Overzicht
Aantal blussers | number!
Aantal haspels | number!
Bereikbaar en zichtbaar | janee!
Pictogrammen aanwezig | janee!
# Blussers
Druk | oordeel!
Verzegeling | oordeel!
Slang en spuitstuk | oordeel!
Vervangen blussers | number | =0
Afgekeurde blussers | number | =0
# Haspels
Waterdruk | number | ~Eenheid: bar
Slang uitgerold | jnn!
Straalpijp | oordeel
Kast | oordeel
@keuring

--- Inspectie sprinklerinstallatie | Inspectie | Halfjaarlijkse controle
@toegang
# Pompkamer
Dieselpomp gestart | janee!
Starttijd | number! | ~Eenheid: seconden
Brandstofniveau | number! | ~Eenheid: %
Jockeypomp | oordeel!
Temperatuur pompkamer | number | ~Eenheid: °C
# Alarmkleppen
Alarmklep getest | janee!
Waterdruk voor | number! | ~Eenheid: bar
Waterdruk na | number! | ~Eenheid: bar
Doormelding binnen 60 seconden | janee!
@keuring
@afronding

--- Onderhoud inbraakalarm | Onderhoud, Onderhoud beveiliging | Periodieke beurt
# Centrale
Merk en type | text!
Gebruikersgegevens bijgewerkt | janee!
Accuspanning | number! | ~Eenheid: V
Netspanning uitgevallen getest | janee!
Doormelding naar meldkamer | akkoord!
# Detectie
Bewegingsmelders getest | number!
Magneetcontacten getest | number!
Glasbreukmelders getest | number
Anti-masking getest | jnn!
# Signalering
Sirene binnen | oordeel!
Sirene buiten | oordeel!
Flitser | oordeel!
Bediendeel | oordeel!
@advies
@afronding

--- Onderhoud camerasysteem | Onderhoud, Onderhoud beveiliging | Beelden, opslag en privacy
# Camera's
Aantal camera's | number!
Beeldkwaliteit | oordeel!
Lenzen gereinigd | janee!
Nachtzicht getest | jnn!
Verdraaide camera's | text
# Opslag
Bewaartermijn | number! | ~Eenheid: dagen
Schijven gezond | janee!
Tijd gesynchroniseerd | janee!
Terugkijken getest | janee!
# Privacy
Aankondiging zichtbaar | janee!
Openbare weg afgeschermd | jnn!
Wachtwoorden gewijzigd | janee!
Toegang beheerd door | text
@afronding

--- Onderhoud toegangscontrole | Onderhoud, Onderhoud beveiliging | Lezers, deuren en software
# Deuren
Aantal deuren | number!
Sloten en schoten | oordeel!
Deurdrangers | oordeel!
Noodontgrendeling getest | akkoord!
Deurstandmelding | oordeel
# Lezers
Lezers getest | number!
Defecte lezers | number | =0
Passen uitgegeven dit jaar | number
Verlopen passen geblokkeerd | janee!
# Software
Versie | text!
Back-up gemaakt | janee!
Back-up opgeslagen bij | text | ?Back-up gemaakt=ja
Licentie geldig tot | date
@afronding

--- Alarmopvolging | Storing, Alarmopvolging | Bezoek na een melding
# Melding
Soort alarm | radio! | : inbraak; brand; overval; technisch
Tijd van de melding | time!
Tijd van aankomst | time!
Meldkamer | text!
# Bevinding
Sporen van inbraak | janee!
Waar | text | ?Sporen van inbraak=ja
Politie ter plaatse | janee!
Oorzaak | dropdown! | : echte melding; bedieningsfout; dier; technische storing; onbekend
Foto's | photo
# Afhandeling
Systeem weer ingeschakeld | janee!
Waarom niet | text | ?Systeem weer ingeschakeld=nee
Sleutelhouder gebeld | janee!
Tijd van vertrek | time!
@afronding

--- Oplevering beveiligingsinstallatie | Oplevering | Certificaat en uitleg
# Installatie
Beveiligingsklasse | dropdown! | : klasse 1; klasse 2; klasse 3; klasse 4
Aantal zones | number!
Certificaatnummer | text!
Projecteringstekening aanwezig | janee!
# Test
Alle zones getest | janee!
Sirene getest | janee!
Doormelding getest | akkoord!
Sabotage getest | janee!
Accutest | akkoord!
# Overdracht
Gebruikers aangemaakt | number!
Instructie gegeven | janee!
Onderhoudscontract | radio! | : jaarlijks; halfjaarlijks; geen
Documenten overgedragen | checkboxes! | : certificaat; handleiding; codes in verzegelde envelop
@afronding

--- Sleuteloverdracht | Opname, Oplevering | Ontvangst en afgifte van sleutels
# Sleutels
Soort overdracht | radio! | : ontvangst; afgifte
Aantal sleutels | number!
Sleutelnummers | text!
Passen of tags | number | =0
Codes ontvangen | janee!
# Afspraken
Toegang van | time
Toegang tot | time
Alleen na telefonisch contact | janee!
Telefoonnummer | text | ?Alleen na telefonisch contact=ja
# Ondertekening
Toelichting | information | ~De ontvanger bewaart de sleutels zorgvuldig en meldt verlies binnen een uur.
Naam ontvanger | text!
Legitimatie gezien | janee!
Handtekening ontvanger | signature!
"""
