from looplab.cli.app import main

main()
