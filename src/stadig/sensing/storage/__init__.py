"""How observations are kept: NumPy columns in, ``COPY BINARY`` into monthly partitions, a retry is harmless.

``write`` is for seeds, importers and jobs (a synchronous connection); ``write_async`` for the machine interface.
"""

from stadig.sensing.storage.columns import Batch, Extra, Written, batch, instant, micros
from stadig.sensing.storage.store import write, write_async, write_batch

__all__ = ["Batch", "Extra", "Written", "batch", "instant", "micros", "write", "write_async", "write_batch"]
