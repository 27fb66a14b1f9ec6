"""Release names as they are written, near misses beside them."""

from __future__ import annotations

import pytest

from resellerrisk.leaks import parse_release


@pytest.mark.parametrize(
    ("name", "film", "year", "form", "group"),
    [
        ("King.Of.Thorn.2009.1080p.BluRay.x264-ROVERS", "King Of Thorn", 2009, "bluray", "ROVERS"),
        ("3.Days.to.Kill.2014.Theatrical.Cut.720p.BluRay.x264-ROVERS", "3 Days to Kill", 2014, "bluray", "ROVERS"),
        ("1917.2019.1080p.BluRay.x264-SPARKS", "1917", 2019, "bluray", "SPARKS"),
        ("2012.2009.BDRip.XviD-DiAMOND", "2012", 2009, "bluray", "DiAMOND"),
        ("Mad.Max.Fury.Road.2015.PAL.DVDR-WaLMaRT", "Mad Max Fury Road", 2015, "dvd", "WaLMaRT"),
        ("Parasite.2019.COMPLETE.FR.BLURAY-4FR", "Parasite", 2019, "bluray", "4FR"),
        ("Iron.Man.2.2018.2160p.UHD.BluRay.x265-iFT", "Iron Man 2", 2018, "uhd", "iFT"),
        ("A Simple Favor.2018.DVDRip.XviD.AC3-EVO", "A Simple Favor", 2018, "dvd", "EVO"),
        ("A Complete Unknown (2024) [1080p] BluRay", "A Complete Unknown", 2024, "bluray", None),
        ("Zulu.LIMITED.DVDRip.XviD-DEFLATE", "Zulu", None, "dvd", "DEFLATE"),
        ("Keeping.up.with.the.Joneses.2016.1080p.Blu-ray.AVC.DTS-HD.MA7.1-HDChina", "Keeping up with the Joneses", 2016, "bluray", "HDChina"),
        ("Spider-Man.Across.The.Spider-Verse.2023.COMPLETE.BLURAY-RiSEHD", "Spider-Man Across The Spider-Verse", 2023, "bluray", "RiSEHD"),
        ("Spider-Man", "Spider-Man", None, "unknown", None),
        ("Creed.III.2023.1080p.WEB-DL.DDP5.1.H264-NTb", "Creed III", 2023, "unknown", "NTb"),
        ("Brave.2018.720p.BluRay.x264-NoGrp", "Brave", 2018, "bluray", None),
        ("", "", None, "unknown", None),
    ],
)  # fmt: skip
def test_a_release_name_is_taken_apart(name, film, year, form, group):
    release = parse_release(name)
    assert (release.name, release.year, release.format, release.group) == (film, year, form, group)
