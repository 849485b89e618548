"""Lawyers themselves: their licences, their strikes and suspensions."""
