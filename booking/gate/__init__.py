"""The day itself: who comes, who is let in, where they sit, who is brought."""
