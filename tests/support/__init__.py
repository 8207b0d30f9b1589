"""What several tests use: networks, configurations, a reference, the program under test."""
