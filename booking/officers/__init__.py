"""Officers: their accounts, codes and ways to sign in."""
