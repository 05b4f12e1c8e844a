"""A process that asks agencies, for tests that watch two processes, or kill one: ``python -m stadig.exchange.tests.process PERMIT …``.

Prints the id of each lookup when it has been committed, and stays until it is told to stop.
"""

from __future__ import annotations

import os
import sys
import time


def _say(what: object) -> None:
    sys.stdout.write(f"{what}\n")
    sys.stdout.flush()


def main() -> None:
    """Spend each permit in turn; each lookup is waited for but the last."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "stadig.config.settings")
    django.setup()
    from stadig.exchange import actions, plans
    from stadig.exchange.models import Lookup, Permit
    from stadig.exchange.tests.agencies import Plain

    plans.contract_of = lambda line: Plain()
    for pk in map(int, sys.argv[1:]):
        lookup = actions.ask(Permit.objects.get(pk=pk).by, pk)
        _say(lookup.pk)
        while not Lookup.objects.get(pk=lookup.pk).finished_at:
            time.sleep(0.02)
    _say("done")
    time.sleep(60)


if __name__ == "__main__":
    main()
