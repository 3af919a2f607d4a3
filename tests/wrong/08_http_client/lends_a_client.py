# fails 08.4 imports forbidden-import
"""Send SIZE bytes with the client of the standard library."""

import argparse
import random
from urllib.request import urlopen

parser = argparse.ArgumentParser()
parser.add_argument("--size", type=int, default=16 << 20)
parser.add_argument("--key", type=int, default=1)
parser.add_argument("url", metavar="URL")
args = parser.parse_args()
body = random.Random(args.key).randbytes(args.size)
with urlopen(args.url, data=body) as answer:
    print(answer.status, len(answer.read()), args.url)
