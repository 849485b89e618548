"""The console's machinery: who may come in, how forms are read, how pages answer."""

from console.door.guard import back, console, here, note_look, page, say

__all__ = ["back", "console", "here", "note_look", "page", "say"]
