"""Runs a command in a process of its own, and measures it."""
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass

LIMIT_S = 1800  # of one run
TOLD_LINES = 3  # of what a failed command said last
LAUNCH = os.path.join(os.path.dirname(os.path.abspath(__file__)), "launch.py")


class Failed(Exception):
    """A command did not do what it should; the message says why."""


@dataclass
class Measured:
    output: str
    seconds: float
    peak_mb: float  # of resident memory


def measure(command, environment=None, folder=None):
    """Runs `command` to its end; raises Failed with its last words where it fails."""
    with tempfile.NamedTemporaryFile("r") as result:
        launch = [sys.executable, "-I", "-S", LAUNCH, str(LIMIT_S), result.name, *command]
        done = subprocess.run(launch, capture_output=True, text=True, errors="replace", env=environment, cwd=folder)
        if done.returncode != 0:
            said = (done.stderr.strip() or done.stdout.strip()).splitlines()[-TOLD_LINES:]
            raise Failed(" / ".join(said) or f"{command[0]} ended with {done.returncode}")
        seconds, peak_mb = map(float, result.read().split())
        return Measured(done.stdout, seconds, peak_mb)
