"""OECD-WTO Balanced Trade in Services (BaTIS, BPM6): who exports which digitally deliverable services to whom.

The file has tens of millions of rows, so it is read in chunks, and only what the indices of integration need is kept:
the flows among the wanted economies, theirs with the rest of the world as one partner (`integration.indices.REST`), and
those within the rest. Flows are the exporter's, at the balanced value, which reconciles the reports of both sides
(Liberatore and Wettstein 2021). The methodology code says how the exporter's own figure came about.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pandas as pd

from carec_digital_trade.datasets import load
from carec_digital_trade.errors import DataError
from carec_digital_trade.importers import checking
from carec_digital_trade.importers.present import MOST_LOST, against_present, same_scale
from carec_digital_trade.importers.reading import text_chunks
from carec_digital_trade.importers.storing import Asked, Reading
from carec_digital_trade.integration.indices import REST

COLUMNS = {
    "Reporter": "category",
    "type_Reporter": "category",
    "Partner": "category",
    "type_Partner": "category",
    "Flow": "category",
    "Item_code": "category",
    "Year": "int64",
    "Final_value_methodology": "category",
    "Balanced_value": "str",
}
OECD_COLUMNS = {name: COLUMNS[name] for name in ("Reporter", "Partner", "Flow", "Item_code", "Year")} | {
    "Methodology": "category",
    "Balanced_value": "str",
}
"""Of the OECD's own download, which has ISO 3166-1 alpha-3 codes, no types, and EXP and IMP for the flows."""
SERVICES = ("SF", "SG", "SH", "SI", "SJ", "SK")
"""Digitally deliverable services (IMF, OECD, UNCTAD and WTO, Handbook on Measuring Digital Trade, 2023)."""
ECONOMY, WORLD = "c", "WL"
"""Type of a reporter or partner that is no group, and the group that is the World."""
ROUNDING = 1e-3
"""Of a total: balancing holds the sums over partners to the World's only to about a thousandth."""
LARGEST = 20_000_000_000
PRINTED = 1e-9
"""Of a sum: exports and the partner's imports are printed from one balanced value."""
CHUNK = 250_000
_FLOW = ["exporter", "importer", "year", "service"]
_SIDE = ["Item_code", "Year", "Flow"]


def read(path: Path, asked: Asked) -> Reading:
    """Read the WTO's bulk CSV or the OECD's own download, or the zip of either.

    Parameters
    ----------
    path : pathlib.Path
        OECD-WTO_BATIS_BPM6_..._bulk.csv, or the archive that holds it.
    asked : Asked
        Economies to tell apart besides the members of the named regions, date, and who is told of the rows read.

    Returns
    -------
    Reading
        The table bilateral.

    Raises
    ------
    DataError
        If the file is not laid out as expected, names an unknown economy, is not in USD million, or is not complete.
    """
    wanted = list(dict.fromkeys([*load("memberships")["iso3"], *asked.economies]))
    kept = _Kept(wanted)
    common = [name for name in OECD_COLUMNS if name in COLUMNS]
    either = COLUMNS | OECD_COLUMNS
    optional = [name for name in either if name not in common]
    for chunk in text_chunks(path, "*BATIS*.csv", common, LARGEST, CHUNK, optional, dtype=either):
        if "Methodology" in chunk and "Final_value_methodology" not in chunk:
            chunk = kept.laid_out(chunk)  # noqa: PLW2901  (the same rows)
        checking.all_there("column", list(COLUMNS), list(chunk))
        kept.add(chunk, asked.retrieved.year)
        asked.progress(kept.rows, None)
    table, world = kept.flows()
    absent = [code for code in wanted if code not in table["exporter"].unique()]
    members = [code for code in load("memberships")["iso3"] if code in absent]
    if len(members) > MOST_LOST * len(load("memberships")):
        raise DataError(f"the exports of {', '.join(members)} are not in the file, so it is cut off")
    _check_scale(table)
    about = {"economies": wanted}
    notes = [f"Not told apart, since the file has no exports of theirs: {', '.join(absent)}."] if absent else []
    notes += [*_totals(table, world), *kept.notes(), *against_present("bilateral", table, about)]
    return Reading({"bilateral": table}, tuple(notes), about)


class _Kept:
    """What is kept of the chunks read so far: flows among the wanted economies one by one, the others summed."""

    def __init__(self, wanted: Sequence[str]) -> None:
        import pycountry  # noqa: PLC0415  (slow to import, and needed only here)

        self.rows = self.missing = 0
        self._apart: list[pd.DataFrame] = []
        self._lumped: list[pd.DataFrame] = []
        self._sides: list[pd.DataFrame] = []
        self._unlisted: set[str] = set()
        self._groups: set[str] = set()
        codes = {code: iso3 if iso3 in wanted else REST for code, iso3 in checking.wto_codes().items()}
        # Economies, past ones too, that the package does not list.
        others = [getattr(each, "alpha_2", "") for each in (*pycountry.countries, *pycountry.historic_countries)]
        self._known = {**dict.fromkeys(filter(None, others), ""), **codes, WORLD: WORLD}
        past = (*pycountry.countries, *pycountry.historic_countries)
        self._by_iso3 = {each.alpha_3: each.alpha_2 for each in past if hasattr(each, "alpha_2")}
        self._by_iso3 |= {iso3: code for code, iso3 in checking.wto_codes().items()} | {"WLD": WORLD, WORLD: WORLD}

    def laid_out(self, chunk: pd.DataFrame) -> pd.DataFrame:
        """Return rows of the OECD's download as the WTO's file has them; a code of no economy is that of a group."""
        columns = {
            "Flow": chunk["Flow"].astype("object").map({"EXP": "X", "IMP": "M"}).fillna(chunk["Flow"].astype("object")),
            "Final_value_methodology": chunk["Methodology"],
        }
        for side in ("Reporter", "Partner"):
            found = pd.Series(chunk[side].cat.categories)
            codes = found.map(self._by_iso3)
            self._groups |= set(found[codes.isna()])
            columns[side] = chunk[side].cat.rename_categories(list(codes.fillna(found)))
            economies = set(codes.dropna()) - {WORLD}
            columns[f"type_{side}"] = columns[side].isin(economies).map({True: ECONOMY, False: "g"})
        return chunk.drop(columns="Methodology").assign(**columns)

    def add(self, chunk: pd.DataFrame, last_year: int) -> None:
        """Keep what is wanted of a chunk."""
        self.rows += len(chunk)
        first, last = chunk["Year"].min(), chunk["Year"].max()
        if not checking.FIRST_YEAR <= first <= last <= last_year:
            raise DataError(f"the years {first} to {last} are not from {checking.FIRST_YEAR} to {last_year}")
        services = chunk[chunk["Item_code"].isin(SERVICES) & chunk["type_Reporter"].eq(ECONOMY)]
        services = services[services["type_Partner"].eq(ECONOMY) | services["Partner"].eq(WORLD)]
        empty = services["Balanced_value"].eq("")
        self.missing += int((empty & services["Flow"].eq("X")).sum())
        services = services[~empty]
        services = services.assign(Balanced_value=checking.numbers(services, "Balanced_value"))
        pairs = services[services["type_Partner"].eq(ECONOMY)]
        self._sides.append(pairs.groupby(_SIDE, observed=True)["Balanced_value"].agg(["size", "sum"]))
        # A flow of zero adds nothing to a sum, and there are millions of them; nobody exports to itself.
        exports = services[services["Flow"].eq("X") & services["Balanced_value"].ne(0)]
        frame = pd.DataFrame(
            {
                "exporter": self._translated(exports["Reporter"]),
                "importer": self._translated(exports["Partner"]),
                "year": exports["Year"],
                "service": exports["Item_code"].astype("str"),
                "method": exports["Final_value_methodology"].astype("str"),
                "value": exports["Balanced_value"],
                "flows": 1,
            }
        )
        rest = frame["exporter"].eq(REST) | frame["importer"].eq(REST)
        self._apart.append(frame[~rest & frame["exporter"].ne(frame["importer"])])
        self._lumped.append(_summed(frame[rest]))

    def flows(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Return the table and what the file itself gives as exports to the World, or say why it cannot be right."""
        apart, lumped = pd.concat(self._apart), _summed(pd.concat(self._lumped, ignore_index=True))
        everything = pd.concat([apart, lumped]).sort_values([*_FLOW, "method"])
        is_world = everything["importer"].eq(WORLD)
        table = everything[~is_world].reset_index(drop=True)
        if table.empty:
            raise DataError(f"the file holds no exports (Flow X) of the services {', '.join(SERVICES)}")
        checking.all_there("service", SERVICES, list(table["service"].unique()))
        checking.once(apart, _FLOW)
        return table, everything[is_world & everything["exporter"].ne(REST)]

    def notes(self) -> Iterator[str]:
        """Say what was lumped together or left out, and what does not agree with itself."""
        if self._unlisted:
            codes = ", ".join(sorted(self._unlisted))
            yield f"Part of the rest of the world, since the package does not list them: {codes}."
        if self._groups:
            yield f"Taken for groups of economies and left out: {', '.join(sorted(self._groups))}."
        if self.missing:
            yield f"Flows without a balanced value, which are left out: {self.missing:,}."
        yield from _apart(pd.concat(self._sides))

    def _translated(self, column: pd.Series) -> pd.Series:
        """Give wanted economies their code and lump the others together, one category at a time."""
        used = column.cat.remove_unused_categories()
        codes = pd.Series(used.cat.categories)
        iso3 = checking.mapped(codes, self._known)
        self._unlisted |= set(codes[iso3 == ""])
        return used.astype("object").map(dict(zip(codes, iso3.replace("", REST), strict=True)))


def _summed(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.groupby([*_FLOW, "method"], as_index=False, observed=True)[["value", "flows"]].sum()


def _apart(sides: pd.DataFrame) -> Iterator[str]:
    """Say where the exports of all are not the imports of all, of which each flow is one of both."""
    sides = sides.groupby(level=_SIDE, observed=True).sum().unstack("Flow")
    exports, imports = (
        sides.xs(flow, axis="columns", level="Flow").reindex(columns=["size", "sum"]).fillna(0) for flow in ("X", "M")
    )
    wrong = exports["size"].ne(imports["size"]) | (exports["sum"] - imports["sum"]).abs().gt(PRINTED * exports["sum"])
    if wrong.any():
        first = wrong.idxmax()
        counts = [f"{side['size'][first]:,.0f} worth {side['sum'][first]:,.10g}" for side in (exports, imports)]
        yield (
            f"Services and years in which the flows that exporters have are not those that importers have: "
            f"{wrong.sum()}, the first being {' '.join(map(str, first))}, {' against '.join(counts)}."
        )


def _check_scale(table: pd.DataFrame) -> None:
    """Refuse a file whose exports are not in the unit of UNCTAD's figures on the same services."""
    exports = table[table["exporter"] != REST].groupby(["exporter", "year"])["value"].sum()
    present = load("deliverable").rename(columns={"iso3": "exporter"})
    present = present[present["flow"] == "exports"].set_index(["exporter", "year"])["value"]
    new, old = (pd.concat({"value": each}, names=["figure"]) for each in (exports, present))
    same_scale(new, old, ["figure"], "exports by economy", {"value": "USD million"})


def _totals(table: pd.DataFrame, world: pd.DataFrame) -> Iterator[str]:
    """Say where the exports to all partners differ from those to the World."""
    key = ["exporter", "year", "service"]
    sums = [frame[frame["exporter"] != REST].groupby(key)["value"].sum() for frame in (table, world)]
    both = pd.concat(sums, axis="columns", keys=["sum", "total"], join="inner")
    apart = (both["sum"] / both["total"] - 1).abs()
    wrong = apart > ROUNDING
    if wrong.any():
        exporter, year, service = apart.idxmax()
        yield (
            f"Exports to the World that differ from the sum over partners by more than {ROUNDING:.1%}: {wrong.sum()} "
            f"of {len(both)}, most {service} of {exporter} in {year} ({apart.max():.1%})."
        )
