"""Pages: read through ``queries``, write through ``actions``."""
