"""On which cells of the tracker does a lead hang: which one, or which two together, turn it if coded otherwise?"""

from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from itertools import combinations, groupby
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from carec_digital_trade.errors import InputError
from carec_digital_trade.overturning import Headline, Setting
from carec_digital_trade.readiness.laws import TREATY
from carec_digital_trade.readiness.uncertainty import SAME, STATUSES, Uncertainty

MOST_DRAWS = 10_000
"""Draws that are searched; a share of them has a standard error of at most half a percentage point."""
STRONGEST = 12
"""Cells that are tried in pairs, those that move the lead most; besides them all that are doubted."""


class Cell(NamedTuple):
    """A cell of the tracker: an economy and a domain of law."""

    iso3: str
    domain: str


def turning_cells(drawn: Uncertainty, compared: pd.DataFrame | None = None) -> pd.DataFrame:
    """Change one cell of the tracker at a time, then two, and see whether the lead passes to another region.

    The region that leads in most draws, all members counted alike, is tried at its worst: what it has is taken for
    missing, and what the others lack for a law. What such a change does not turn no milder one does. The changed cells
    are right in every draw, all others as wrong as the draws have them.

    Parameters
    ----------
    drawn : Uncertainty
        As from `uncertainty`.
    compared : pandas.DataFrame, optional
        The tracker beside another account, as from `codings`. Cells in which the tracker contradicts it are doubted:
        they come first, and are tried in pairs in any case.

    Returns
    -------
    pandas.DataFrame
        A row for each cell, then one for each pair of the `STRONGEST` and the doubted, those that move the lead most
        first: cells (a tuple of `Cell`), item (their name in results.csv), number (1 or 2), tracker and instead
        (statuses, joined by " and "), leader (region that leads as asked), leads (share of the draws, 0 to 1, in which
        it still does), turns (whether another then leads in more of them), doubted (whether all its cells are).

    Raises
    ------
    InputError
        If the regions are level in as many draws as any of them leads in, or no cell can speak against the lead.
    """
    drawn = _first_draws(drawn)
    leads = drawn.leads[drawn.leads["weighting"] == "plain"]
    if not leads["leads"].gt(leads["ties"]).any():
        raise InputError(
            "no region's law is the readier in more draws than they are level, so there is no lead to turn"
        )
    leader = leads.loc[leads["leads"].idxmax(), "region"]
    trial = _Trial(drawn, leader)
    if not trial.instead:
        raise InputError("no cell of the tracker, coded otherwise, would speak against the lead")
    doubts = set() if compared is None else _doubted(compared) & set(trial.instead)

    def ordered(tried: Iterable[tuple[Cell, ...]]) -> pd.DataFrame:
        frame = pd.DataFrame([trial.row(cells) for cells in tried]).assign(leader=leader)
        frame["item"] = ["_and_".join("_".join(cell) for cell in cells) for cells in frame["cells"]]
        frame["doubted"] = [doubts.issuperset(cells) for cells in frame["cells"]]
        return frame.sort_values(["doubted", "leads"], ascending=[False, True], kind="stable")

    singles = ordered((cell,) for cell in trial.instead)
    strongest = [cells[0] for cells in singles["cells"].head(STRONGEST + len(doubts))]
    return pd.concat([singles, ordered(combinations(sorted(strongest), 2))], ignore_index=True)


def _doubted(compared: pd.DataFrame) -> set[Cell]:
    doubted = compared[compared["comparison"] == "contradicted"]
    return set(map(Cell, doubted["iso3"], doubted["domain"]))


def leading_law(drawn: Uncertainty, found: pd.DataFrame | InputError) -> Headline:
    """Return the headline that says which region's law is the readier in most draws, all members counted alike.

    Parameters
    ----------
    drawn : Uncertainty
        As from `uncertainty`.
    found : pandas.DataFrame
        As from `turning_cells`, or the error that says why there is none.

    Returns
    -------
    Headline
        Whose verdict is region, benchmark or alike; there is none where a region has no member with a known status.
    """
    places = np.unique(drawn.statuses.index.get_indexer([code for each in drawn.regions for code in each.members]))
    first = _first_draws(drawn)

    @cache
    def scores() -> pd.DataFrame:
        found = np.concatenate([each.point for each in first.scored(places)])
        return pd.DataFrame(found, columns=first.statuses.index[places])

    def told(setting: Setting) -> str:
        one, other = (scores()[list(each.members)].mean(axis=1) for each in setting.regions)
        if one.isna().any() or other.isna().any():
            return ""
        ahead, behind = np.mean(one - other > SAME), np.mean(other - one > SAME)
        return "alike" if 1 - ahead - behind >= max(ahead, behind) else "region" if ahead > behind else "benchmark"

    if isinstance(found, InputError):
        return Headline(told)
    sides = ["region", "benchmark"]
    ahead = [each.label for each in drawn.regions].index(found["leader"].iloc[0])
    verdict = found["turns"].map({False: sides[ahead], True: sides[1 - ahead]})
    keys = found["number"].map({1: "cell", 2: "two_cells"})
    return Headline(told, cells=pd.DataFrame({"key": keys, "change": found["item"], "verdict": verdict}))


def _first_draws(drawn: Uncertainty) -> Uncertainty:
    first = slice(MOST_DRAWS)
    return replace(drawn, weights=drawn.weights[first], draft=drawn.draft[first], geometric=drawn.geometric[first])


class _Trial:
    """Who leads in how many draws with some cells changed; scores are kept, since pairs share them."""

    def __init__(self, drawn: Uncertainty, leader: str) -> None:
        self.drawn = drawn
        self.leader = leader
        self.region = {code: each.label for each in drawn.regions for code in each.members}
        self.place = {code: at for at, code in enumerate(drawn.statuses.index)}
        self.instead = {}
        for code, label in self.region.items():
            worst = "none" if label == leader else "legislation"
            for domain in drawn.statuses.columns.drop(TREATY, errors="ignore"):
                if self.status(Cell(code, domain)) != worst:
                    self.instead[Cell(code, domain)] = worst
        self.score = cache(self._score)
        scores = pd.DataFrame({code: self.score(code) for code in self.region})
        by_region = scores.T.groupby(self.region)
        self.totals, self.known = by_region.sum().T, by_region.count().T.iloc[0]

    def status(self, cell: Cell) -> str:
        return STATUSES[self.drawn.statuses.at[cell.iso3, cell.domain]]

    def row(self, cells: tuple[Cell, ...]) -> dict[str, object]:
        """Return what a change of some cells does."""
        totals, known = dict(self.totals.items()), self.known.copy()
        for code, own in groupby(sorted(cells), key=lambda cell: cell.iso3):
            old, new = self.score(code), self.score(code, tuple(own))
            label = self.region[code]
            totals[label] = totals[label] + np.nan_to_num(new) - np.nan_to_num(old)
            known[label] += int(np.isnan(old[0])) - int(np.isnan(new[0]))
        means = {label: total / known[label] for label, total in totals.items()}
        ahead = {
            label: np.mean(mean - np.max([other for name, other in means.items() if name != label], axis=0) > SAME)
            for label, mean in means.items()
        }
        return {
            "cells": cells,
            "number": len(cells),
            "tracker": " and ".join(map(self.status, cells)),
            "instead": " and ".join(self.instead[cell] for cell in cells),
            "leads": ahead[self.leader],
            "turns": max(ahead.values()) > ahead[self.leader],
        }

    def _score(self, code: str, cells: tuple[Cell, ...] = ()) -> NDArray[np.float64]:
        """Return an economy's score in each draw, some cells changed."""
        statuses = self.drawn.statuses.loc[[code]].copy()
        for cell in cells:
            statuses[cell.domain] = STATUSES.index(self.instead[cell])
        found = self.drawn.scored(np.array([self.place[code]]), statuses.to_numpy())
        return np.concatenate([each.point[:, 0] for each in found])
