"""`python -m jupyter_mlops VERB …`: the command line without an installed script."""

import sys

from jupyter_mlops.faces.cli import main

if __name__ == "__main__":
    sys.exit(main())
