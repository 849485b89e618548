"""The record of who saw or did what: asked, put into words, and kept for a time."""
