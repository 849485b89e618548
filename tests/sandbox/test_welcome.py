"""What stands in the terminal once everything is up."""

from sandbox.runner.welcome import who_is_who


def test_the_first_address_is_the_one_to_open() -> None:
    addresses = [line for line in who_is_who(9000).splitlines() if "http://" in line]
    assert addresses[0].split()[3] == "http://127.0.0.1:9000/" and "民警工作台" in addresses[0]
