"""What a day came to, and what many days did."""
