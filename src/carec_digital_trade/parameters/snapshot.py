"""Parameters of the snapshot."""

from typing import ClassVar

from carec_digital_trade.datasets import has_table
from carec_digital_trade.parameters.shared import SharedParameters
from carec_digital_trade.regions import GIANTS


class SnapshotParameters(SharedParameters):
    """Parameters of the snapshot, which shows each region with and without the members that are left out."""

    article_exclusions: ClassVar = {name: (giant,) for name, giant in GIANTS.items()}
    compared_in_full: ClassVar = True

    def tables(self) -> list[str]:
        """Return the data tables that the snapshot reads, the article's own among them.

        Returns
        -------
        list of str
            Names as in `datasets.catalogue`.
        """
        own = ["table1", "delivered", "breaks", "claims", "cyberlaw", "cpta", "intraregional"]
        imported = ["bilateral"] if has_table("bilateral", self.vintage) else []
        return list(dict.fromkeys([*super().tables(), *own, *imported]))
