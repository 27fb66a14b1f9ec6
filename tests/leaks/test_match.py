"""Releases and titles: what is one film, near misses beside it, and the real names."""

from __future__ import annotations

import pandas as pd
import pytest

from resellerrisk.leaks import match_leaks
from tests.figures.matching import measure_matching


def titles_of(*names, years=None):
    frame = pd.DataFrame({"title_id": [str(i) for i in range(len(names))], "name": names})
    return frame if years is None else frame.assign(year=years)


def match(release, *names, years=None):
    leaks = pd.DataFrame({"leak_id": ["L"], "release_name": [release]})
    return match_leaks(leaks, titles_of(*names, years=years)).iloc[0]


@pytest.mark.parametrize(
    ("release", "title"),
    [
        ("The.Matrix.1999.1080p.BluRay.x264-SPARKS", "Matrix, The"),
        ("Matrix.The.1999.1080p.BluRay.x264-SPARKS", "Matrix, The"),
        ("The.Hunger.Games.Catching.Fire.2013.BDRip.x264-SPARKS", "Hunger Games, The: Catching Fire"),
        ("Batman.and.Robin.1997.BDRip.x264-EVO", "Batman & Robin"),
        ("Batman.Robin.1997.BDRip.x264-EVO", "Batman & Robin"),
        ("Rocky.IV.1985.BDRip.x264-EVO", "Rocky 4"),
        ("Rocky.5.1990.BDRip.x264-EVO", "Rocky V"),
        ("V.for.Vendetta.2005.BDRip.x264-EVO", "V for Vendetta (Steelbook)"),
        ("Amelie.2001.BDRip.x264-EVO", "Amélie"),
        ("Das.Boot.1981.BDRip.x264-EVO", "Das Boot: The Director's Cut"),
        ("Spiderman.2002.BDRip.x264-EVO", "Spider-Man"),
        ("The.Girl.in.the.Spider.s.Web.2018.BDRip.x264-EVO", "Girl in the Spider's Web, The"),
        ("Alien.1979.DC.1080p.BluRay.x264-EVO", "Alien: 40th Anniversary Edition (4K Steelbook)"),
        ("Halloween.Kills.Extended.Cut.2021.1080p.Bluray.x264-EVO", "Halloween Kills"),
        ("Blade.Runner.2049.1080p.BluRay.x264-SPARKS", "Blade Runner 2049"),
        ("Legion.Of.Super.Heroes.2023.1080p.BluRay.x264-MT", "DC Legion of Super-Heroes"),
    ],
)
def test_a_release_finds_its_title(release, title):
    found = match(release, title, "Something Else", "Alien 3", "Rocky", "Matrix Reloaded, The")
    assert found["title_ids"] == ("0",)
    assert found["certainty"] > 0.8


@pytest.mark.parametrize(
    ("release", "title"),
    [
        ("Iron.Man.2.2010.1080p.BluRay.x264-SPARKS", "Iron Man"),
        ("Iron.Man.2008.1080p.BluRay.x264-SPARKS", "Iron Man 2"),
        ("The.Matrix.1999.1080p.BluRay.x264-SPARKS", "Matrix Reloaded, The"),
        ("Alien.1979.1080p.BluRay.x264-SPARKS", "Aliens"),
        ("Mulan.2020.1080p.BluRay.x264-HDxT", "Mulan (1998)"),
        ("I.T.2016.1080p.BluRay.x264-ROVERS", "IT"),
        ("Elf.2003.1080p.BluRay.x264-ROVERS", "Elf: 2-Film Collection"),
        ("Wanted.2008.1080p.BluRay.x264-ROVERS", "Wanted Man"),
        ("", "Iron Man"),
    ],
)
def test_a_near_name_is_no_match(release, title):
    found = match(release, title)
    assert found["film"] == -1
    assert found["unmatched"] == "no such title"


def test_remakes_are_told_apart_by_year():
    names = ("Dune (1984)", "Dune (2021)")
    assert match("Dune.2021.1080p.BluRay.x264-EVO", *names)["title_ids"] == ("1",)
    assert match("Dune.1984.1080p.BluRay.x264-EVO", *names)["title_ids"] == ("0",)


def test_of_films_a_year_apart_the_year_itself_decides():
    names = ("Pinocchio", "Pinocchio")
    assert match("Pinocchio.2022.1080p.WEB-DL.x264-EVO", *names, years=[2021, 2022])["title_ids"] == ("1",)
    assert match("Pinocchio.2023.BDRip.x264-EVO", *names, years=[2021, 2022])["title_ids"] == ("1",)
    assert match("Pinocchio.2024.BDRip.x264-EVO", *names, years=[2021, 2022])["unmatched"] == "no such title"


def test_the_article_tells_predator_from_the_predator():
    names = ("Predator (1987)", "Predator, The")
    assert match("The.Predator.2018.BDRip.x264-SPARKS", *names)["title_ids"] == ("1",)
    assert match("Predator.1987.BDRip.x264-SPARKS", *names)["title_ids"] == ("0",)


def test_what_fits_two_films_is_left_unmatched_and_both_are_named():
    found = match("Dune.BDRip.x264-EVO", "Dune (1984)", "Dune (2021)", "Dunkirk")
    assert (found["film"], found["unmatched"], found["could_be"]) == (-1, "ambiguous", ("0", "1"))


def test_editions_and_formats_are_one_film_and_the_format_chooses_the_title():
    titles = titles_of("Elf", "Elf", "Elf: Limited Edition Steelbook", years=[2003] * 3).assign(
        format=["dvd", "bluray", "uhd"]
    )
    leaks = pd.DataFrame(
        {
            "leak_id": ["a", "b", "c"],
            "release_name": ["Elf.2003.DVDRip.XviD-X", "Elf.2003.2160p.UHD.BluRay.x265-X", "Elf.2003-X"],
            "format": ["dvd", None, "unknown"],
        }
    )
    found = match_leaks(leaks, titles)
    assert found["film"].nunique() == 1
    assert found["title_ids"].tolist() == [("0",), ("2",), ("0", "1", "2")]


def test_a_title_that_is_given_needs_no_name():
    leaks = pd.DataFrame({"leak_id": ["a"], "release_name": ["scrambled"], "title_id": ["1"]})
    found = match_leaks(leaks, titles_of("Elf", "Wanted")).iloc[0]
    assert (found["title_ids"], found["certainty"]) == (("1",), 1.0)


def test_a_film_may_not_be_younger_than_its_first_disc():
    """Where no title tells a year the street date does: what came out in 2010 is no film of 2018."""
    titles = titles_of("Robin Hood")
    leaks = pd.DataFrame({"leak_id": ["a"], "release_name": ["Robin.Hood.2018.BDRip.x264-X"]})
    dates = pd.DataFrame({"title_id": ["0"], "street_date": pd.to_datetime(["2010-09-21"])})
    assert match_leaks(leaks, titles, dates)["film"].tolist() == [-1]
    assert match_leaks(leaks, titles, dates.assign(street_date=pd.Timestamp("2019-02-19")))[
        "film"
    ].tolist() == [0]


def test_row_order_changes_no_match():
    titles = titles_of("Dune (1984)", "Dune (2021)", "Elf", "Iron Man 2", "Iron Man")
    leaks = pd.DataFrame(
        {"leak_id": ["a", "b"], "release_name": ["Dune.2021.BDRip-X", "Iron.Man.2.2010.BDRip.x264-X"]}
    )
    mixed = match_leaks(leaks, titles.sample(frac=1, random_state=1))
    assert mixed["title_ids"].tolist() == match_leaks(leaks, titles)["title_ids"].tolist() == [("1",), ("3",)]


def test_the_first_part_of_a_film_is_found_under_the_name_of_the_whole():
    titles = titles_of("Dune (1984)", "Dune: Part One")
    dates = pd.DataFrame(
        {"title_id": ["0", "1"], "street_date": pd.to_datetime(["2021-08-31", "2022-01-11"])}
    )
    leaks = pd.DataFrame(
        {
            "leak_id": list("abcd"),
            "release_name": [f"Dune{year}.BDRip.x264-EVO" for year in (".2021", ".1984", ".2016", "")],
        }
    )
    found = match_leaks(leaks, titles, dates)
    assert found["title_ids"].tolist() == [("1",), ("0",), (), ("0",)]
    with_two = titles_of("Dune: Part One", "Dune: Part Two", "Dune", years=[2021, 2024, 2021])
    assert match_leaks(leaks[:1], with_two)["title_ids"].tolist() == [("2",)]
    assert match_leaks(leaks[:1], titles_of("Dune: Part Two", years=[2021]))["film"].tolist() == [-1]


def test_the_real_first_copies_are_matched(shared):
    """Precision at least 0.99 at recall at least 0.95 over the whole table, titles that the list lacks counting as missed.

    Eight pairs of a release with a film of another year are put right by hand; on the table as printed both are lower.
    """
    told = measure_matching(shared / "data" / "real")
    printed, whole, answerable = told["figures"]
    assert (printed["pairs"], whole["pairs"], answerable["pairs"]) == (427, 427, 408)
    assert printed["precision"] >= 0.985 and printed["recall"] >= 0.94
    assert whole["precision"] >= 0.99 and whole["recall"] >= 0.95
    assert answerable["precision"] >= 0.99 and answerable["recall"] >= 0.99
    assert len(told["put_right"]) == 8 and len(told["not_in_list"]) == 19


def test_all_real_release_names_are_read(shared):
    """Every one of 4,118 real names has a film, a year, a disc format and a group."""
    from resellerrisk.leaks import parse_release

    names = pd.read_csv(shared / "data" / "real" / "release_names.csv")
    releases = [parse_release(name) for name in names["title"]]
    assert all(release.words and release.year and release.format != "unknown" for release in releases)
    assert [release.group for release in releases] == names["group"].tolist()
