"""The workflows: a line of dashes with name and work types, then a step per line as `type | title | what it names`."""

WORKFLOWS = """
--- Onderhoud cv-ketel | Onderhoud cv-ketel | Jaarlijkse beurt, met meetrapport
customer
object
timer_start | Start werk
predefined_form! | Onderhoudsformulier | Onderhoud cv-ketel
material
hour
picture | Foto van het toestel
timer_stop | Einde werk
email | Afspraak bevestigen voor volgend jaar | Onderhoudsherinnering
work_status | Werk gereed | GEREED
signature!
send

--- Onderhoud warmtepomp | Onderhoud warmtepomp | Binnen- en buitendeel
customer
object
timer_start
predefined_form! | Onderhoudsformulier | Onderhoud warmtepomp
material
hour
timer_stop
work_status | Werk gereed | GEREED
signature!
send

--- Onderhoud algemeen | Onderhoud | De monteur kiest het formulier
customer
work_details
object
timer_start
forms | Kies een formulier
work_description
material
hour
timer_stop
work_status | Werk gereed | GEREED
signature
send

--- Onderhoud beveiliging | Onderhoud beveiliging | Met uitschakelen van de doormelding
customer
work_details
comment | Meldkamer gebeld voor het begin
timer_start
predefined_form! | Onderhoud alarm | Onderhoud inbraakalarm
forms | Camera of toegang
timer_stop
comment | Meldkamer gebeld na afloop
work_status | Werk gereed | GEREED
signature!
send

--- Storing | Storing | Diagnose, herstel en terugkoppeling
customer
history
timer_start
predefined_form! | Diagnose | Storing verwarming
free_fields | Meterstand | meterstand
material
hour
timer_stop
work_status | Werk gereed | GEREED
email | Rapport naar de klant | Storing verholpen
signature
send

--- Storing spoed | Storing spoed | Alleen het nodige
customer
timer_start
work_description
picture
material
hour
timer_stop
work_status | Werk gereed | GEREED
signature!
send

--- Installatie | Installatie | Van opname tot oplevering
customer
work_details
documents | Tekeningen
timer_start
forms | Plaatsingsformulier
material
hour
picture
timer_stop
predefined_form! | Oplevering | Oplevering installatie
work_status | Ter controle | CONTROLE
signature!
send

--- Oplevering | Oplevering | Overdracht met handtekening
customer
overview
predefined_form! | Oplevering | Oplevering installatie
email | Documenten sturen | Opleverdocumenten
work_status | Klaar voor facturatie | FACTUREREN
signature!
send

--- Inspectie | Inspectie | De inspecteur kiest het formulier
customer
object
timer_start
forms | Inspectieformulier
picture
timer_stop
work_status | Ter controle | CONTROLE
signature
send

--- Inspectie brandveiligheid | Inspectie brandveiligheid | Drie controles in één bezoek
customer
timer_start
predefined_form! | Brandmeldinstallatie | Inspectie brandmeldinstallatie
predefined_form! | Noodverlichting | Inspectie noodverlichting
predefined_form! | Blusmiddelen | Inspectie brandblusmiddelen
timer_stop
email | Rapport sturen | Inspectierapport
work_status | Ter controle | CONTROLE
signature!
send

--- Opname voor offerte | Opname | Wensen en maten
customer
work_details
predefined_form! | Opname | Badkamer opname
picture
internal_memo
work_status | Offerte gevraagd | OFFERTE
send

--- Schoonmaak periodiek | Schoonmaak | Met controle door de voorvrouw
customer
schedule
timer_start
predefined_form! | Kwaliteit | Schoonmaakcontrole kantoor
material | Verbruik
timer_stop
work_status | Werk gereed | GEREED
send

--- Schoonmaak specialistisch | Schoonmaak specialistisch | Glas, vloer en keuken
customer
resources | Machines en middelen
timer_start
forms | Formulier bij het werk
hour
timer_stop
work_status | Werk gereed | GEREED
signature
send

--- Alarmopvolging | Alarmopvolging | Melding, bezoek, verslag
customer
timer_start
predefined_form! | Verslag | Alarmopvolging
picture
timer_stop
email | Verslag naar de klant | Verslag alarmopvolging
work_status | Werk gereed | GEREED
send

--- Garantie en nazorg | Garantie, Nazorg | Zonder kosten voor de klant
customer
history
timer_start
work_description
predefined_form | Tevredenheid | Klanttevredenheid
material
timer_stop
work_status | Werk gereed | GEREED
job_completed
signature
send
"""
