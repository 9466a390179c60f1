"""A post-write hook: leaves a line at the end of the file."""

import sys

with open(sys.argv[1], "a", encoding="utf-8") as stream:
    stream.write("# marked\n")
