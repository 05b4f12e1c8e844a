"""Street names: made up, plausible, and each used once."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

THEMES: dict[str, tuple[str, ...]] = {
    "Centrum": ("Rådhus", "Borgar", "Skomakar", "Bagar", "Slaktar", "Handels", "Köpmans", "Biblioteks", "Teater", "Apoteks", "Klockar", "Post", "Lilla Torg", "Färgar", "Tenngjutar", "Bokbindar", "Garvar", "Hattmakar"),
    "Hamnen": ("Skeppar", "Ankar", "Båt", "Sjö", "Tross", "Segel", "Varvs", "Tullhus", "Lots", "Magasins", "Kran", "Repslagar", "Styrmans", "Kaptens", "Märs", "Kajut", "Bryggar"),
    "Sågen": ("Plank", "Bräd", "Timmer", "Sågblads", "Hyvel", "Flott", "Stock", "Spån", "Snickar", "Ramsågs", "Kant", "Bilhuggar", "Kolar"),
    "Norrstrand": ("Snäck", "Mussel", "Tång", "Sand", "Mås", "Tärn", "Ejder", "Strandpipar", "Havre", "Vass", "Dyn", "Brännings", "Fiskmås"),
    "Kyrkbyn": ("Prost", "Kyrkoherde", "Organist", "Kantor", "Sockenstuge", "Prästgårds", "Klockstapel", "Tionde", "Mässings", "Psalm"),
    "Kvarnbacken": ("Mjölnar", "Kvarnsten", "Mäld", "Siktar", "Vete", "Råg", "Korn", "Gryn", "Skovel", "Vinge", "Säckbärar"),
    "Västra Ängarna": ("Smörblomme", "Klöver", "Timotej", "Blåklocks", "Prästkrage", "Ängsull", "Lin", "Humle", "Getinge", "Vallmo", "Kamomill", "Rödklint"),
    "Söderäng": ("Slåtter", "Hässje", "Räfs", "Lie", "Skörde", "Lärk", "Vipe", "Gökärts", "Daggkåpe", "Solvände", "Majvive"),
    "Norra Åsen": ("Tall", "Gran", "Björk", "Asp", "Rönn", "Ljung", "Lingon", "Blåbärs", "Enbärs", "Mossar", "Kottar", "Grus", "Rullstens"),
    "Lindhöjden": ("Lind", "Alm", "Ek", "Hassel", "Lönn", "Bok", "Avenboks", "Ask", "Hagtorns", "Nypon", "Oxel", "Kastanje", "Körsbärs"),
    "Strandängen": ("Gräsänds", "Rörsångar", "Tofsvipe", "Brushane", "Starr", "Kaveldun", "Svan", "Häger", "Gässlings", "Strandskate", "Havtorns"),
    "Fyren": ("Blänk", "Lins", "Lykt", "Prick", "Boj", "Farled", "Mistlur", "Verkstads", "Smides", "Gjuteri", "Transformator", "Lager", "Fyrvaktar"),
}  # fmt: skip
"""First parts of local street names, per district."""

ENDINGS = {
    "core": ("gatan", "gränd", "gången"),
    "dense": ("gatan", "vägen", "gränd"),
    "houses": ("vägen", "stigen", "backen"),
    "works": ("vägen", "gatan", "gränd"),
}


def names_for(district: str, character: str, rng: np.random.Generator) -> Iterator[str]:
    """Names for one district's streets, never the same twice; with *Östra*, *Norra* … when the first parts run out."""
    first = [THEMES[district][n] for n in rng.permutation(len(THEMES[district]))]
    for ending in ENDINGS[character]:
        for part in first:
            yield part + ending
    for side in ("Norra ", "Södra ", "Östra ", "Västra ", "Lilla ", "Övre ", "Nedre "):
        for part in first:
            yield side + part + ENDINGS[character][0]
