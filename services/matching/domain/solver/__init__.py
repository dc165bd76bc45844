"""The exact assignment; nothing here knows what a mentor is like.

`solve.solve` answers a `problem.Problem`; `rematch.Rematch` keeps an answer up to date.
"""
