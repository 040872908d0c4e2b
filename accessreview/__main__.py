"""``python -m accessreview``: the command line."""

from accessreview.cli import main

if __name__ == "__main__":
    main(prog_name="accessreview")
