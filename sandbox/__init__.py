"""The outside world on one machine: servers, stand-ins and the demo world. In production nothing of it runs."""
