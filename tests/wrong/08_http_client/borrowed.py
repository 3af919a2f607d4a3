# fails 08.1 imports forbidden-import
"""Fetch pages, one by one, with the client of the standard library."""

import sys
from urllib.request import urlopen

for url in sys.argv[1:]:
    with urlopen(url) as answer:
        print(answer.status, len(answer.read()), url)
