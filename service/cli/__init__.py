"""The command line: the one place, beside the HTTP edge, that reads the clock and the environment.

A module for each concern; importing them is what adds their commands.
"""

from service.cli import announcing, corpus, curating, publishing, reading, searching, watching
from service.cli.commands import main

__all__ = ["announcing", "corpus", "curating", "main", "publishing", "reading", "searching", "watching"]
