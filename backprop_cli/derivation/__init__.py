"""Network → Derivation: every step in symbols."""
