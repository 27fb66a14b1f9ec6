"""What a release name says: the film's words, its year, the disc's format, and the group that signed it.

The parser follows the naming rules of the scene (words joined by dots, then year, remarks, source, codec, `-GROUP`) and the
looser habits of other groups. It knows nothing of any title; `match` does. Own parsing, since guessit 4.4 read 52 and parsett 1.8
530 of the real names a second against 60,000 here (docs/tracing.md), and neither says more that matters.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_SEPARATORS = re.compile(r"[.\s_()\[\]]+")
_YEAR = re.compile(r"(?:19|20)\d\d")
_GROUP = re.compile(r"-([A-Za-z0-9@]+)$")
_NO_GROUP = frozenset({"nogrp", "nogroup", "notag", "unknown"})

#: Words that never stand in a film's name: with them the description of the copy has begun.
_COPY = re.compile(
    r"\d{3,4}[pi]|[xh]26[45]|blu-?ray|b[dr]-?rip|bd(?:25|50|66|100|mv|r)?|dvd-?(?:rip|r|5|9|scr)?|uhd|hdrip|web-?(?:dl|rip)|hdtv|remux"
    r"|hevc|avc|xvid|divx|vc-?1|mpeg-?2|ntsc|hdr(?:10)?|dolbyvision|dts(?:-hd)?|truehd|atmos|ddp?\+?(?:5|7)|10bit",
    re.IGNORECASE,
)
#: Remarks on cut, quality or language that may stand between the name and the description where no year does.
_REMARK = re.compile(
    r"limited|unrated|extended|theatrical|remastered|proper|repack|rerip|real|internal|read-?nfo|d[iu]rfix|dubbed|subbed|multi|complete"
    r"|pal|uncut|hybrid|french|german|italian|spanish|nordic|swedish|danish|norwegian|finnish|imax|3d|hsbs|hou|dc|se|fs|ws|ru|fr|cee"
    r"|bonus|disc\d?|cd\d",
    re.IGNORECASE,
)
_FORMATS = (
    ("uhd", re.compile(r"2160p|uhd|4k|bd(?:66|100)", re.IGNORECASE)),
    ("dvd", re.compile(r"dvd-?(?:rip|r|5|9|scr)?|ntsc|pal", re.IGNORECASE)),
    ("bluray", re.compile(r"blu-?ray|b[dr]-?rip|bd(?:25|50|mv|r)?", re.IGNORECASE)),
)
_NO_DISC = re.compile(r"web(?:-?(?:dl|rip))?|hdtv|hdcam|cam|telesync|ts", re.IGNORECASE)


@dataclass(frozen=True)
class Release:
    """A release name, taken apart.

    Parameters
    ----------
    words : tuple of str
        The film's name, word by word, as written.
    year : int or None
        The last year before the description of the copy.
    format : str
        Of the disc: `dvd`, `bluray`, `uhd`, or `unknown` where none is named or the copy came from no disc.
    group : str or None
        The signature behind the last hyphen.
    """

    words: tuple[str, ...]
    year: int | None
    format: str
    group: str | None

    @property
    def name(self) -> str:
        """The words of the film, joined by blanks."""
        return " ".join(self.words)


def parse_release(name: str) -> Release:
    """Take a release name apart.

    Parameters
    ----------
    name : str
        As seen on the network; without a file's ending.

    Returns
    -------
    Release
        A name without year, description or group is a film's name alone; an empty one has no words.

    Examples
    --------
    >>> parse_release("Blade.Runner.2049.2017.PROPER.1080p.BluRay.x264-SPARKS")
    Release(words=('Blade', 'Runner', '2049'), year=2017, format='bluray', group='SPARKS')
    >>> parse_release("Oceans.Our.Blue.Planet.2018.UHD.BluRay.2160p.HDR.DTS-HD.MA.5.1.HEVC.REMUX-FraMeSToR").format
    'uhd'
    >>> parse_release("Zulu.LIMITED.PAL.DVDR-WaLMaRT")
    Release(words=('Zulu',), year=None, format='dvd', group='WaLMaRT')
    """
    group = _read_group(name)
    body = name[: -len(group) - 1] if group else name
    tokens = [token for token in _SEPARATORS.split(body) if token and token != "-"]
    end, year = _find_end_of_name(tokens)
    known = group if group and group.lower() not in _NO_GROUP else None
    return Release(tuple(tokens[:end]), year, _read_format(tokens[end:]), known)


def _read_group(name: str) -> str | None:
    """What stands behind the last hyphen, unless it is a word of the film or of the description."""
    found = _GROUP.search(name)
    if not found or _YEAR.fullmatch(found[1]) or found[1].lower() in ("ray", "rip", "dl", "hd"):
        return None
    described = _SEPARATORS.split(name[: found.start()])
    if any(_COPY.fullmatch(token) or _YEAR.fullmatch(token) for token in described[1:]):
        return found[1]
    return None


def _find_end_of_name(tokens: list[str]) -> tuple[int, int | None]:
    """Where the film's name ends (a position) and its year, from the first sure word of the description backwards."""
    years = [i for i, token in enumerate(tokens) if i and _YEAR.fullmatch(token)]
    copy = next(
        (
            i
            for i, token in enumerate(tokens)
            if i and _COPY.fullmatch(token) and not any(y > i for y in years)
        ),
        len(tokens),
    )
    years = [i for i in years if i < copy]
    if years:
        return years[-1], int(tokens[years[-1]])
    end = copy
    while end > 1 and end < len(tokens) and _REMARK.fullmatch(tokens[end - 1]):
        end -= 1
    return end, None


def _read_format(description: list[str]) -> str:
    if any(_NO_DISC.fullmatch(token) for token in description):
        return "unknown"
    for form, words in _FORMATS:
        if any(words.fullmatch(token) for token in description):
            return form
    return "unknown"
