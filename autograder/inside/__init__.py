"""All that runs in the student's process.

Standard library and numpy only; of ours it knows nothing but the wire. Nobody
imports it: the trusted side starts it by exec, with a clean environment.
"""
