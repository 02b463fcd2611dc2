"""Runs a command in a process of its own, and measures it."""
import os
import subprocess
import tempfile
import time
from dataclasses import dataclass

LIMIT_S = 1800  # of one run
TOLD_LINES = 3  # of what a failed command said last


class Failed(Exception):
    """A command did not do what it should; the message says why."""


@dataclass
class Measured:
    output: str
    seconds: float
    peak_mb: float


def measure(command, environment=None, folder=None):
    """Runs `command` to its end; raises Failed with its last words where it fails."""
    with tempfile.TemporaryFile("w+") as output, tempfile.TemporaryFile("w+") as errors:
        began = time.perf_counter()
        try:
            process = subprocess.Popen(command, stdout=output, stderr=errors, env=environment, cwd=folder)
        except OSError as error:
            raise Failed(f"{command[0]}: {error.strerror}") from error
        usage = wait(process, began)
        seconds = time.perf_counter() - began
        output.seek(0)
        errors.seek(0)
        if process.returncode != 0:
            said = (errors.read().strip() or output.read().strip()).splitlines()[-TOLD_LINES:]
            raise Failed(" / ".join(said) or f"{command[0]} ended with {process.returncode}")
        return Measured(output.read(), seconds, usage.ru_maxrss / 1024)


def wait(process, began):
    """The resources that the process took, with those of the processes it waited for."""
    while True:
        pid, status, usage = os.wait4(process.pid, os.WNOHANG)
        if pid:
            process.returncode = os.waitstatus_to_exitcode(status)
            return usage
        if time.perf_counter() - began > LIMIT_S:
            process.kill()
            os.wait4(process.pid, 0)
            process.returncode = -9
            raise Failed(f"took longer than {LIMIT_S} s")
        time.sleep(0.001)
