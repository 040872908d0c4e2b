"""One session with a vCenter by pyVmomi: verified, bounded in time, silent about credentials.

Its collector and its remediator read and write through it, each with an account of its own.
"""
