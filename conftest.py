"""Wherever pytest collects notebooks, nbval asks `agreement` whether a new output is the stored one."""

import agreement

agreement.install()
