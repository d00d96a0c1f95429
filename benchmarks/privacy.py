"""Looking for personal data in ten million cells, and what that adds to keeping a new table."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from measure import Claim, Turn, compare, report, times
from snapshot import mixed

if TYPE_CHECKING:
    import pandas as pd

ROWS = 200_000
PEOPLE, PLAIN = "look through 10,000,000 cells about people", "look through 20,000,000 cells of measurements"
MASK, READ = "mask 200,000 e-mail addresses: hash", "hash the same with pandas' hash_array"


def people() -> pd.DataFrame:
    """Make fifty columns of names, addresses, numbers and texts, a tenth of each kind."""
    import numpy as np
    import pandas as pd

    random = np.random.default_rng(3)
    numbers = pd.Series(random.integers(10**6, 10**7, ROWS).astype(str))
    days = pd.Series(random.integers(1, 29, ROWS).astype(str)).str.zfill(2)
    columns = {
        "email": "user" + numbers + "@example.org",
        "name": pd.Series(random.choice(["Ada Byron", "Bob Smith", "Emma Moore"], ROWS)),
        "phone": "+49 30 " + numbers,
        "iban": pd.Series(random.choice(["DE89 3704 0044 0532 0130 00", "GB29NWBK60161331926819"], ROWS)),
        "address": "Hauptstraße " + numbers.str[:2],
        "born": "19" + days + "-01-" + days,
        "ip": "192.168." + pd.Series(random.integers(1, 255, ROWS).astype(str)) + ".7",
        "note": "Asked on day " + days + " whether order " + numbers + " had left the warehouse in time.",
        "order": "ORD-" + numbers,
        "amount": pd.Series(random.gamma(2, 50, ROWS)),
    }
    return pd.DataFrame({f"{name}_{copy}": column for name, column in columns.items() for copy in range(5)})


def looked(_folder: Path, *, plain: bool) -> Turn:
    from jupyter_mlops.data.privacy.scan import scan

    table = mixed() if plain else people()

    def look() -> object:
        found = scan(table)
        assert len(found) == (0 if plain else 35), [str(item) for item in found]
        return found

    return lambda _number: look


def masked(folder: Path) -> Turn:
    from jupyter_mlops.core.project import Project
    from jupyter_mlops.data.privacy.masking import mask_column
    from jupyter_mlops.data.privacy.salt import salt

    key, column = salt(Project.create(folder)), people()["email_0"]
    return lambda _number: partial(mask_column, key, column, how="hash", kind="email")


def hashed(_folder: Path) -> Turn:
    import pandas as pd

    values = people()["email_0"].to_numpy(dtype=object)
    return lambda _number: partial(pd.util.hash_array, values)


def main() -> None:
    repetitions = times()
    found = compare({PEOPLE: partial(looked, plain=False), PLAIN: partial(looked, plain=True)}, repetitions)
    found |= compare({MASK: masked, READ: hashed}, repetitions)
    report(
        "privacy: columns that look personal, from at most 10,000 rows",
        repetitions,
        found,
        Claim(PEOPLE, found[PEOPLE], "s", 60, kind="target of issue 5"),
        Claim(PLAIN, found[PLAIN], "s", 0.2),
        Claim(f"{MASK}, ratio to it", found[MASK] / found[READ], "×"),
    )


if __name__ == "__main__":
    main()
