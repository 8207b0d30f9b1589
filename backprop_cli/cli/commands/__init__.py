"""Options → exit code: one command in each file; what a command does is imported when it runs."""
