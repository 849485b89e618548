"""How the demo is run: checked, started, watched, walked through, ended."""
