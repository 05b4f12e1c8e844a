"""The subscriber of MQTT as a process of the city: its figures stand with those of the others."""

from __future__ import annotations

from stadig.config import metrics
from stadig.sensing.mqtt import subscriber


def main() -> None:
    """Run until told to stop."""
    try:
        subscriber.main(lambda figures: metrics.write("subscriber", {(name, ()): value for name, value in figures.items()}))
    finally:
        metrics.forget("subscriber")


if __name__ == "__main__":
    main()
