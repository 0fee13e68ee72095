"""The command line: the one place, beside the HTTP edge, that reads the clock and the environment.

A module for each concern; importing them is what adds their commands.
"""

from service.cli import announcing, building, corpus, curating, keeping, publishing, reading, searching, serving, tokens, watching
from service.cli.commands import main

__all__ = [
    "announcing",
    "building",
    "corpus",
    "curating",
    "keeping",
    "main",
    "publishing",
    "reading",
    "searching",
    "serving",
    "tokens",
    "watching",
]
