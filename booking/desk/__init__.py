"""Every seat anyone gets or gives up: the desk and all it decides by."""

from booking.desk.desk import Desk

__all__ = ["Desk"]
