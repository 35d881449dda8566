"""Digital trade and regional integration: CAREC against ASEAN, or any two regions."""

from importlib.metadata import version

__version__ = version("carec-digital-trade")
