"""Runs the claim_* functions of a module in order and counts them; a claim is a function that asserts."""
import time
import traceback


def run(module_globals, *arguments):
    passed = failed = 0
    for name, claim in list(module_globals.items()):
        if not name.startswith("claim_"):
            continue
        start = time.monotonic()
        try:
            claim(*arguments)
            passed += 1
            print(f"ok    {name[6:].replace('_', ' ')} ({time.monotonic() - start:.1f} s)", flush=True)
        except Exception:  # a broken claim must not hide the others
            failed += 1
            print(f"FAIL  {name[6:].replace('_', ' ')}\n{traceback.format_exc()}", flush=True)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0
