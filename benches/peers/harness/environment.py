"""A virtual environment per peer, outside of the repository, with the versions that its requirements.txt pins."""
import os
import shutil
import sys

from .process import measure


def version(requirements):
    """The version of the peer itself: the first pin of the file."""
    with open(requirements) as file:
        return next(line.split("==")[1].strip() for line in file if "==" in line)


def python(folder, requirements):
    """The Python of the environment in `folder`, which is made anew where it was for other requirements."""
    made_for = os.path.join(folder, "made-for.txt")
    inside = os.path.join(folder, "bin", "python")
    if not same(made_for, requirements):
        shutil.rmtree(folder, ignore_errors=True)
        measure([os.environ.get("PEERS_PYTHON", sys.executable), "-m", "venv", folder])
        measure([inside, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", requirements])
        # Last, so that an installation that was broken off is made again.
        shutil.copyfile(requirements, made_for)
    return inside


def same(one, other):
    if not os.path.exists(one):
        return False
    with open(one) as a, open(other) as b:
        return a.read() == b.read()
