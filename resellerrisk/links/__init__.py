"""Links between accounts: who shares what with whom, known from which moment on.

The room's door. `find_links` turns a market into `Links`; `Links.figures` gives numbers per snapshot,
`Links.between` the evidence, `Links.groups` the groups. It scores nothing and accuses nobody: a link is a
shared value, no more. Importing this module is quick; numba, phonenumbers and their kind load when they are
first used.
"""

from resellerrisk.links.declare import (
    LINK_FIGURES,
    LINK_KINDS,
    STANDING_FIGURES,
    LinkFigure,
    LinkKind,
)
from resellerrisk.links.find import find_links
from resellerrisk.links.identity import (
    MailLists,
    mail_domain_kind,
    phone_country_agrees,
    tax_id_state,
)
from resellerrisk.links.links import Links
from resellerrisk.links.listing import list_group, list_links, list_steps
from resellerrisk.links.normalise import normalise
from resellerrisk.links.resembling import find_resembling

__all__ = [
    "LINK_FIGURES",
    "LINK_KINDS",
    "STANDING_FIGURES",
    "LinkFigure",
    "LinkKind",
    "Links",
    "MailLists",
    "find_links",
    "find_resembling",
    "list_group",
    "list_links",
    "list_steps",
    "mail_domain_kind",
    "normalise",
    "phone_country_agrees",
    "tax_id_state",
]
