"""Judging one program: started as a process of its own, met on real sockets, judged from outside.

Knows nothing of the terminal, of languages or of grading. A check that fails raises CheckFailed
with
ids and values; whoever shows it turns those into sentences.
"""
