"""Values of Registry.pol files as the package regpol reads them: for each file one line of JSON.

regpol prints for people; what it read is taken before it is printed, and whatever it complains about is an error.
"""

import contextlib
import io
import json
import sys

import regpol.regpol as judge


def read(path):
    entries = []
    judge.pprint_entries = entries.extend
    complaints = io.StringIO()
    try:
        with contextlib.redirect_stderr(complaints):
            judge.cli.main([path], standalone_mode=False)
    except Exception as why:
        return {"error": f"{type(why).__name__}: {why}"}
    if complaints.getvalue():
        return {"error": complaints.getvalue().strip()}
    return {"values": [[e.key, e.value, e.regtype, e.size, e.data.hex()] for e in entries]}


for name in sys.argv[1:]:
    print(json.dumps(read(name)))
