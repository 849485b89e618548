"""The window 现场窗口: who comes without a seat booked online."""
