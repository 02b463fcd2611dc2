"""Runs a command and writes what it took: launch.py LIMIT_S RESULT COMMAND…

In a process of its own because the kernel never tells a peak of memory below that of the process which started the
command. This one is small, and stays so.
"""
import os
import sys
import time

limit_s, result, command = float(sys.argv[1]), sys.argv[2], sys.argv[3:]
began = time.perf_counter()
try:
    pid = os.posix_spawnp(command[0], command, os.environ)
except OSError as error:
    sys.exit(f"{command[0]}: {error.strerror}")
ended = 0
while not ended:
    ended, status, usage = os.wait4(pid, os.WNOHANG)
    seconds = time.perf_counter() - began
    if not ended and seconds > limit_s:
        os.kill(pid, 9)
        os.wait4(pid, 0)
        sys.exit(f"took longer than {limit_s:.0f} s")
    time.sleep(0 if ended else 0.001)
with open(result, "w") as file:
    file.write(f"{seconds} {usage.ru_maxrss / 1024}")
sys.exit(min(os.waitstatus_to_exitcode(status) & 255, 255))
