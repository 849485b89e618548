"""Every command tells what it does."""

import pytest

from terminal import COMMANDS


@pytest.mark.parametrize("name", [f"{group.name} {name}" for group in COMMANDS for name in group.commands])
def test_every_command_has_its_help(name):
    group, command = name.split()
    found = next(each for each in COMMANDS if each.name == group).commands[command]
    assert found.help and found.help.strip()
