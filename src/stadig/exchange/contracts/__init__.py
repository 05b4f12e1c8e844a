"""How each contract version is written and read: one module per version, and one per agency for what stands inside. Plain functions."""
