"""One run of a notebook: from its parameters to a folder with notebook, report, results, figures and manifest."""

from carec_digital_trade.runs.execute import RunResult, perform, run
from carec_digital_trade.runs.identity import Run, plan
from carec_digital_trade.runs.notebooks import Source, open_notebook
from carec_digital_trade.runs.report import write_index

__all__ = ["Run", "RunResult", "Source", "open_notebook", "perform", "plan", "run", "write_index"]
