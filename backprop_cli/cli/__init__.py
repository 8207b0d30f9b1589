"""The command line: arguments → one command → text and an exit code."""
