"""`paddock` for a busy machine: it waits as long as tests do, where a person would have been told that it is late.

python -m tests.surfaces.patient <command of paddock>
"""

from __future__ import annotations

import sys

from paddock.surfaces import serve, venues
from paddock.surfaces.cli.main import main
from tests.patience import PATIENCE_S

if __name__ == "__main__":
    serve.END_WITHIN_S = venues.WAIT_S = PATIENCE_S
    sys.exit(main())
