"""Why we believe a signal: the sources that declarations name. Each is a claim to test, not a truth."""

SDNY = "SDNY press release, 26 Aug 2020: discs obtained weeks before retail date by posing as retailers"
PICKUP = (
    "SDNY press release, 26 Aug 2020: discs were picked up, mailed or delivered to others in other states"
)
SLATE = "SDNY press release, 26 Aug 2020: nearly every major-studio film over nine years"
MOTIVE = "Sentencing reports 2021-2022: the aim was to be first; buying cost money, selling was not the point"
FORMS = "Account forms of disc wholesalers: what they ask and what they are told to check"
TRADE = "Trade practice: one-store shops get goods on the street date, chains and exporters earlier"
RETAIL = "UCI Online Retail: how 4,338 real wholesale customers order, reorder and return"
TAKEOVER = "The trade: honest accounts are taken over or sold; long tenure does not protect"
RINGS = "SDNY press release, 26 Aug 2020: members in several states and countries, other groups at the same distributor"
OWN = "Assumption of this project; the evaluation reports whether the data agree"
