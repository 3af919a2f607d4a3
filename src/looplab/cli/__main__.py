import sys

from looplab.checks import runner

if "check" in sys.argv[1:4]:
    runner.warm()  # pytest is imported while the command line is read

from looplab.cli.app import main

main()
