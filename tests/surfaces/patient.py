"""`paddock` for a busy machine: it waits as long as tests do, where a person would have been told that it is late.

python -m tests.surfaces.patient <command of paddock>

At a simulated Pacifica there is no limit to what is asked, on either side: a bot that lives thirty times as fast as we
do would wait for minutes of ours.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from functools import partial

from paddock.surfaces import serve, simulating, venues
from paddock.surfaces.cli.main import main
from paddock.venues.pacifica import client as pacifica
from paddock.venues.pacifica.simulator.terms import UNLIMITED
from tests.patience import PATIENCE_S

if __name__ == "__main__":
    serve.END_WITHIN_S = venues.WAIT_S = PATIENCE_S
    given = pacifica.Client.__init__.__kwdefaults__
    given["allowances"] = tuple(replace(one, burst=100_000_000) for one in given["allowances"])
    simulating.PacificaTerms = partial(simulating.PacificaTerms, allowed=UNLIMITED)
    sys.exit(main())
