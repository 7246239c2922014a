"""What a program prints must be the same bytes for 1, 2 and 4 threads.

Usage: same_threads.py PROGRAM      (run as PROGRAM THREADS)
"""

import subprocess
import sys


def main(program: str) -> int:
    outputs = [subprocess.run([program, str(threads)], check=True, stdout=subprocess.PIPE).stdout for threads in (1, 2, 4)]
    lines = outputs[0].splitlines()
    assert len(lines) >= 10, "too few lines to call it a comparison"
    differing = [line[:60] for output in outputs[1:] for line, other in zip(lines, output.splitlines(), strict=True) if line != other]
    print(f"{len(lines)} lines for 1, 2 and 4 threads: {len(differing)} differ {differing[:5]}")
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
