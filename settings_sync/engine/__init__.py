"""The engine: reading administrations, applying plans to them, behind the fence."""
