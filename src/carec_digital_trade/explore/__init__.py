"""What if one figure of the first cell were another? Controls over a notebook's figures, for a reader at the screen.

Optional (the extra ``explore``), and the last section of each notebook, which a run leaves out. A control offers what
the parameter model admits; what several of them together make inadmissible is taken back, with the sentence that says
why.
"""

from importlib.util import find_spec

from carec_digital_trade.findings import say
from carec_digital_trade.parameters import SharedParameters

MISSING = (
    "The controls need ipywidgets, which is not installed. Install it where Jupyter runs (`pip install ipywidgets`), "
    "start Jupyter again, and run this cell. Nothing else needs it."
)


def explore(chosen: SharedParameters) -> None:
    """Show controls over a notebook's figures; moving one draws the figure anew.

    Parameters
    ----------
    chosen : SharedParameters
        Where to start; its type says which notebook. Random draws are fewer than the notebook's, as the controls say.
    """
    if find_spec("ipywidgets") is None:
        say(MISSING)
        return
    from IPython.display import display  # noqa: PLC0415  (only a notebook has it loaded)

    from carec_digital_trade.explore.explorer import Explorer  # noqa: PLC0415  (it needs ipywidgets)

    display(Explorer(chosen).box)
