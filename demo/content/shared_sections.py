"""Sections that many forms have."""

from .reading import read_sections

SHARED = read_sections("""
# lmra: Veiligheid vooraf (LMRA)
Ik heb gecontroleerd | checkboxes! | : werkplek bereikbaar; gereedschap op orde; bescherming op orde; vluchtweg bekend
Werken op hoogte | janee!
Valbeveiliging gebruikt | radio! | : ladder; rolsteiger; hoogwerker; harnas | ?Werken op hoogte=ja
Bijzondere risico's | text | ~Bijvoorbeeld asbest, besloten ruimte, gevaarlijke stoffen
Veilig om te starten | janee!

# toegang: Locatie en toegang
Object | object!
Contactpersoon ter plaatse | text
Sleutel of pas ontvangen | jnn
Parkeren en laden | text
Huisregels doorgenomen | janee

# werkzaamheden: Uitgevoerde werkzaamheden
Omschrijving van het werk | text!
Onderdelen vervangen | janee!
Welke onderdelen | text | ?Onderdelen vervangen=ja
Foto van het werk | photo
Afval afgevoerd | jnn

# advies: Advies en vervolg
Vervolgafspraak nodig | janee!
Reden van vervolg | dropdown | : onderdelen bestellen; offerte maken; tweede monteur nodig | ?Vervolgafspraak nodig=ja
Urgentie | radio | : binnen 24 uur; binnen een week; binnen een maand | ?Vervolgafspraak nodig=ja
Advies aan de klant | text

# afronding: Afronding
Werkplek schoon achtergelaten | janee!
Besproken met | text
Opmerkingen | text
Foto eindsituatie | photo
Handtekening klant | signature!

# keuring: Uitslag van de keuring
Uitslag | radio! | : goedgekeurd; goedgekeurd met opmerkingen; afgekeurd
Gebreken | text | ?Uitslag=afgekeurd
Hersteld tijdens bezoek | janee | ?Uitslag=goedgekeurd met opmerkingen
Volgende keuring voor | date!
Keuringssticker geplaatst | janee!
Handtekening keurmeester | signature!
""")
