"""Tests that are functions, run in the order in which they stand, told as TAP."""
import sys

tests = []


def test(function):
    tests.append(function)
    return function


def run_all():
    print(f"1..{len(tests)}")
    failed = 0
    for number, function in enumerate(tests, 1):
        try:
            function()
            print(f"ok {number} - {function.__name__}", flush=True)
        except Exception as error:  # a test tells what it saw
            failed += 1
            print(f"# {type(error).__name__}: {error}".replace("\n", " "))
            print(f"not ok {number} - {function.__name__}", flush=True)
    sys.exit(1 if failed else 0)
