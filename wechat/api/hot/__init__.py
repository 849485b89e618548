"""The hot way: what everybody asks for when a day opens, answered before Flask, which would take most of its time.

It answers only the ordinary, and only what the slow way would answer, to the letter; a test holds the two against each
other. With `HOT=off` it is not there.
"""
