"""`make demo`: the platform with people in it.

ONCE=1 ends after the story, SEED repeats one, HRIS=DIR replays a folder of files instead; PORT is where it
answers.
"""

import sys

if __name__ == "__main__":
    # The solver's processes import this module again: they need nothing of the demo.
    from deploy.local.demo.command import main

    sys.exit(main())
