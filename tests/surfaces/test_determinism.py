"""The same command gives the same bytes: nothing depends on the order of a set, on the clock or on chance."""

import json
import os
import subprocess
import sys


def result(home, hash_seed: str) -> bytes:
    command = [sys.executable, "-m", "paddock.surfaces.cli.main", "backtest", "rsi-mean-reversion"]
    options = ["--home", str(home), "--venue", "demo", "--symbols", "*", "--json"]
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
    return subprocess.run([*command, *options], capture_output=True, check=True, env=environment).stdout


def test_a_result_is_the_same_bytes_whatever_the_hash_seed(demo_home):
    first = result(demo_home, "1")
    assert json.loads(first)["trades"]
    assert first == result(demo_home, "2")
