"""What runs in the first process of a sandbox, between our program and the code it confines.

It starts for every run, so nothing is imported that costs milliseconds: no dataclasses, json or pathlib.
"""
