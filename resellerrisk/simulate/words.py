"""The word lists that names of films, studios, firms, people, places and release groups are put together from.

Lists only. Films, studios, firms and groups are invented; given names and surnames are common ones of each country, put
together by chance. In the lists a dash stands for a space, two dashes for a dash.
"""

from __future__ import annotations


def _each(words: str) -> tuple[str, ...]:
    return tuple(
        word.replace("-", " ") if "--" not in word else word.replace("--", "-") for word in words.split()
    )


ADJECTIVES = _each(
    """
    Silent Crimson Hollow Last Broken Distant Golden Frozen Midnight Restless Borrowed Burning Pale
    Second Hidden Electric Savage Gentle Northern Wandering Scarlet Paper Iron Velvet Crooked Lonesome
    Secret Endless Quiet Wicked Fallen Bitter Salted Feral Radiant Drowned Amber Hungry Clockwork Little
    Wild Sunken Glass Thirteenth Painted Stolen Winter Forgotten Thundering Unlikely Weightless Blind
    Obsidian Tender Reckless Forbidden Cobalt Homeward Sleepless Ashen
"""
)
NOUNS = _each(
    """
    Harvest Lantern Orchard Meridian Engine Sparrow Tide Compass Witness Kingdom Carnival Frontier
    Parade Signal Garden Wolf Harbour Letter Archive Comet Lighthouse Marsh Orbit Prophet Ransom Season
    Shepherd Tunnel Verdict Voyage Widow Zephyr Anvil Bridge Cathedral Dagger Ember Falcon Gambit Heist
    Island Jury Kestrel Ledger Masquerade Nocturne Oath Pilgrim Quarry Reckoning Serpent Tempest
    Undertow Vigil Weaver Yearling Aviator Barricade Cipher Drifter
"""
)
PLACES = _each(
    """
    Marrow Caldera Tessaly Bray Orsova Valmont Kestrel Larkspur Nineveh Odessa Pelham Quillon Ravenna
    Sable Tarrow Umber Verity Wexley Yarrow Zennor Arden Brindle Carrow Dunmore Elsinor Fenwick Galloway
    Hollis Ister Jessup
"""
)
HEROES = _each(
    """
    Nora Felix Iris Otto Hazel Jonah Cleo Magnus Petra Silas Vera Wendell Agnes Basil Cora Dexter Effie
    Gideon Harriet Ivo Juno Kit Lotte Milo Nell Oscar Pearl Quentin Rosa Stellan
"""
)
STUDIOS = _each(
    """
    Halcyon-Pictures Northlight Meridian-Home-Entertainment Copperfield-Films Bluefin Grand-Atlantic
    Tallow-Hill Vantage-Row Sixpence-Features Orangery-Media Kite-&-Key Old-Pier-Pictures
"""
)
GROUPS = _each(
    """
    KESTREL QUARTZ NiGHTJAR PELTER TiDEMARK OSPREY VELLUM HALYARD SALTiRE COBBLER MAGPiE FiELDFARE
    iNKWELL TRELLiS BRAMBLE CiNDER LODESTAR GANNET PARCHMENT WiNDLASS
"""
)
#: Groups that release what did not come from our accounts; some rings use these tags too.
OTHER_GROUPS = _each("PiCKET DRUMLiN MARLiN CAiRN THiMBLE OXBOW SEXTANT DOVETAiL FLiNT RUSHES")
FIRM_WORDS = _each(
    """
    Harrow Beacon Corner Crescent Delta Eastgate Foxglove Granite Highfield Ivy Juniper Kingfisher
    Lakeside Maple Nova Orchard Parkway Quayside Redwood Summit Thistle Union Vista Westway Yellowstone
    Zenith Acorn Birch Cobalt Dragonfly Emerald Fern Gable Hawthorn Indigo Jubilee Keystone Linden
    Mercury Nightowl Onyx Pioneer Quill River Sterling Tandem Uplands Vintage Willow Anchor Bramley
    Cascade Dove Elmwood Falcon Garnet Heron Island Jasper Lantern
"""
)
FIRM_TRADES = {
    "store": _each("Video Records Music-&-Film Media Discs Entertainment"),
    "online": _each("Direct Discs-Online Media-Shop Film-Store Trading Outlet"),
    "chain": _each("Entertainment-Group Stores Media-Markets"),
    "library": _each("Library-Services Book-Supply Educational-Media Library-Supply"),
    "rental": _each("Video-Rental Rentals Movie-Nights Video"),
    "market": _each("Collectables Film-Finds Movie-Stall Discs Retro-Media"),
    "other": _each("Trading International Export Distribution Import-&-Export"),
}
LEGAL_FORMS = {
    "US": ("LLC", "Inc.", "Corp.", ""),
    "GB": ("Ltd", "Limited", "LLP", ""),
    "DE": _each("GmbH UG e.K. OHG"),
    "FR": ("SARL", "SAS", "EURL", ""),
    "NL": ("B.V.", "VOF", "", "B.V."),
}
GIVEN_NAMES = {
    "US": _each(
        """
            James Mary Robert Linda Michael Susan David Karen Carlos Angela Kevin Denise Brian Tamara
            Jason Renee Luis Grace Eric Joyce
        """
    ),
    "GB": _each(
        """
            Oliver Amelia Harry Isla George Poppy Callum Freya Imran Priya Gareth Bronwen Stuart Fiona
            Nigel Gemma Tariq Heather Owen Tracy
        """
    ),
    "DE": _each(
        """
            Lukas Anna Jonas Lena Stefan Katrin Uwe Heike Matthias Sabine Emre Aylin Jürgen Birgit
            Florian Nadine Holger Silke Tobias Anke
        """
    ),
    "FR": _each(
        """
            Louis Camille Hugo Chloé Pascal Sylvie Thierry Nathalie Karim Samira Benoît Élodie Didier
            Martine Yann Aurélie Olivier Corinne Rémi Inès
        """
    ),
    "NL": _each(
        """
            Daan Emma Sem Julia Bart Sanne Pieter Marloes Ruben Femke Youssef Fatima Joost Anouk Koen
            Lieke Maarten Ilse Thijs Wilma
        """
    ),
}
SURNAMES = {
    "US": _each(
        """
            Smith Johnson Williams Brown Jones Garcia Miller Davis Rodriguez Martinez Hernandez Lopez
            Wilson Anderson Thomas Taylor Moore Jackson Martin Lee Perez Thompson White Harris Sanchez
            Clark Ramirez Lewis Robinson Walker Young Allen King Wright Scott Torres Nguyen Hill Flores
            Green Adams Nelson Baker Hall Rivera Campbell Mitchell Carter Roberts Gomez Phillips Evans
            Turner Diaz Parker Cruz Edwards Collins Reyes Stewart
        """
    ),
    "GB": _each(
        """
            Smith Jones Taylor Brown Williams Wilson Johnson Davies Patel Robinson Wright Thompson Evans
            Walker White Roberts Green Hall Thomas Clarke Jackson Wood Harris Edwards Turner Martin
            Cooper Hill Ward Hughes Moore Clark King Harrison Lewis Baker Lee Allen Morris Khan Scott
            Watson Davis Parker James Bennett Young Phillips Richardson Mitchell Bailey Carter Cook
            Singh Shaw Bell Collins Morgan Kelly Begum
        """
    ),
    "DE": _each(
        """
            Müller Schmidt Schneider Fischer Weber Meyer Wagner Becker Schulz Hoffmann Schäfer Koch
            Bauer Richter Klein Wolf Schröder Neumann Schwarz Zimmermann Braun Krüger Hofmann Hartmann
            Lange Schmitt Werner Krause Meier Lehmann Köhler Maier Walter König Mayer Huber Kaiser Fuchs
            Peters Lang Scholz Möller Weiß Jung Hahn Schubert Vogel Friedrich Keller Günther Frank
            Berger Winkler Roth Beck Lorenz Baumann Franke Albrecht Yılmaz
        """
    ),
    "FR": _each(
        """
            Martin Bernard Thomas Petit Robert Richard Durand Dubois Moreau Laurent Simon Michel
            Lefebvre Leroy Roux David Bertrand Morel Fournier Girard Bonnet Dupont Lambert Fontaine
            Rousseau Vincent Muller Lefevre Faure Andre Mercier Blanc Guerin Boyer Garnier Chevalier
            Francois Legrand Gauthier Garcia Perrin Robin Clement Morin Nicolas Henry Roussel Mathieu
            Gautier Masson Marchand Duval Denis Dumont Marie Lemaire Noel Meyer Dufour Meunier
        """
    ),
    "NL": _each(
        """
            de-Jong Jansen de-Vries van-den-Berg van-Dijk Bakker Janssen Visser Smit Meijer de-Boer
            Mulder de-Groot Bos Vos Peters Hendriks van-Leeuwen Dekker Brouwer de-Wit Dijkstra Smits
            de-Graaf van-der-Meer Kok Jacobs de-Haan Vermeulen van-den-Heuvel van-der-Veen van-den-Broek
            de-Bruijn de-Bruin van-der-Heijden Schouten van-Beek Willems van-Vliet van-de-Ven Hoekstra
            Maas Verhoeven Koster van-Dam van-der-Wal Prins Blom Huisman Peeters Postma Kuipers Veenstra
            Kuiper Gerritsen van-der-Linden Sanders Scholten Post Martens
        """
    ),
}
FREE_MAIL = {
    "US": _each("gmail.com yahoo.com outlook.com hotmail.com aol.com icloud.com"),
    "GB": _each("gmail.com outlook.com hotmail.co.uk yahoo.co.uk btinternet.com"),
    "DE": _each("gmx.de web.de gmail.com t--online.de freenet.de"),
    "FR": _each("gmail.com orange.fr free.fr laposte.net hotmail.fr"),
    "NL": _each("gmail.com ziggo.nl kpnmail.nl hotmail.com live.nl"),
}
DISPOSABLE_MAIL = _each("mailinator.com guerrillamail.com yopmail.com")
DOMAIN_ENDS = {
    "US": _each("com com com net us shop"),
    "GB": _each("co.uk co.uk com uk shop"),
    "DE": _each("de de de com eu"),
    "FR": _each("fr fr com eu shop"),
    "NL": _each("nl nl com eu"),
}
TOWN_STARTS = _each(
    """
    Ash Brook Cedar Dun East Fair Glen Hart Kings Lake Mill North Oak Pine Rock Stone Thorn Up West Wood
    Alder Marl
"""
)
TOWN_ENDS = {
    "US": ("ville", " Springs", "ton", " Falls", "field", " Heights", "port", " City"),
    "GB": _each("bury ford ham minster ley wick combe stead"),
    "DE": _each("heim hausen stadt burg dorf rode feld bach"),
    "FR": _each("--sur--Mer --le--Bois court --les--Bains ville --sur--Orne"),
    "NL": _each("dam veen wijk drecht horst loo burg"),
}
STREET_NAMES = {
    "US": _each(
        """
            Oak Maple Main Washington Cedar Elm Lincoln Park Walnut Spring Church Franklin Highland
            Jefferson Mill Sunset Railroad Center Lake Union
        """
    ),
    "GB": _each(
        """
            High Station London Church Victoria Green Manor Kings Queens Albert Mill New Grange York
            Windsor Park North Chester Market Bridge
        """
    ),
    "DE": _each(
        """
            Haupt Bahnhof Garten Schul Berg Dorf Linden Kirch Wald Ring Wiesen Mozart Goethe Schiller
            Eichen Rosen Feld Mühl Brunnen Tannen
        """
    ),
    "FR": _each(
        """
            des-Lilas Victor-Hugo de-la-Gare Pasteur du-Moulin de-Verdun des-Écoles Jean-Jaurès
            de-la-République du-Stade des-Acacias Voltaire des-Tilleuls de-l'Église des-Rosiers du-Port
            Molière des-Jardins du-Marché de-Paris
        """
    ),
    "NL": _each(
        """
            Kerk School Molen Dorps Linde Nieuw Beatrix Juliana Wilhelmina Markt Haven Stations Beuken
            Eiken Kastanje Prins Vondel Rembrandt Vermeer Tulpen
        """
    ),
}
STREET_ENDS = {
    "US": _each("Street Avenue Road Drive Lane Boulevard"),
    "GB": _each("Road Street Lane Close Avenue Terrace"),
    "DE": _each("straße weg allee platz"),
    "FR": _each("rue avenue place boulevard"),
    "NL": _each("straat laan weg plein"),
}
US_STATES = _each("NY NJ PA CT MA MD VA OH FL CA TX IL NC GA MI")
CARRIERS = _each("Tidewater Northgate Atlas Quayline Meridian Blue-Anchor Transhaven Eastport")
CENTRES = _each("Gateway Wharfside Kingsway Central Arcadia Millrace")
